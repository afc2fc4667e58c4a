#include <gtest/gtest.h>

#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {
namespace {

const TrajectoryCase kDdimCase = {.variant = "ddim", .steps = 10, .strength = 0.7};

TEST(Ddim, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("ddim", 21);
}

TEST(Ddim, LimitsNoticeAWrongFinalAlpha) {
  EXPECT_LT(excess_of(kDdimCase, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(kDdimCase, [](SamplingPlan& plan) { plan.table.next_alphas_cumprod.back() = 1.0f; }), 10.0);
}

TEST(Ddim, LimitsNoticeTimestepsThatAreOffByOne) {
  EXPECT_GT(excess_of(kDdimCase,
                      [](SamplingPlan& plan) {
                        for (double& t : plan.table.timesteps) t -= 1.0;
                      }),
            10.0);
}

TEST(Ddim, LimitsNoticeClippingOfTheEstimate) {
  EXPECT_GT(excess_of(kDdimCase, [](SamplingPlan& plan) { plan.config.clip_sample = true; }), 10.0);
}

// Printed by DDIMScheduler of diffusers 0.42.1 on the goldens' network and noise, 5 steps.
TEST(Ddim, FollowsTheFieldsOfTheConfigThatTheGoldensDoNotVary) {
  SchedulerConfig config = golden_config("ddim");
  config.set_alpha_to_one = true;
  expect_first_values("ddim", config, {-2.06178904, -0.416895956, 3.63208723, -1.73272383, -3.81639266, 3.53739858});
  config = golden_config("ddim");
  config.clip_sample = true;
  config.clip_sample_range = 0.5;
  expect_first_values("ddim", config,
                      {-0.253429562, -0.0533818603, 0.502979696, -0.00350758526, -0.314500481, 0.502176285});
  config = golden_config("ddim");
  config.prediction_type = PredictionType::sample;
  expect_first_values("ddim", config,
                      {-0.697255731, -0.380786002, 0.698510468, 0.0594554842, -0.672438443, 0.538986564});
  config = golden_config("ddim");
  config.prediction_type = PredictionType::v_prediction;
  config.rescale_betas_zero_snr = true;
  config.timestep_spacing = TimestepSpacing::trailing;
  expect_first_values("ddim", config,
                      {-0.195149854, -0.0299638957, 0.3662377, -0.158203721, -0.341152757, 0.364295602});
}

TEST(Ddim, FillsInItsClassesOwnDefaults) {
  const SchedulerConfig adopted = find_sampler("ddim").adopt(stable_diffusion_config());
  EXPECT_EQ(adopted.timestep_spacing, TimestepSpacing::leading);
  EXPECT_EQ(adopted.set_alpha_to_one, true);
  EXPECT_EQ(adopted.clip_sample, true);
  expect_first_values("ddim", stable_diffusion_config(),
                      {-0.578023195, -0.17648989, 1.0, -0.300886184, -0.691869617, 1.0});
}

TEST(Ddim, StepsOverTheLevelsOfAnySchedule) {
  const ScheduleChoice karras{.rule = SigmaRule::karras};
  const StepTable table = plan_sampling(find_sampler("ddim"), golden_config("ddim"), 10, karras).table;
  EXPECT_EQ(table.sigmas, plan_sampling(find_sampler("euler"), golden_config("euler"), 10, karras).table.sigmas);
  EXPECT_NEAR(table.alphas_cumprod[3], 1.0 / (1.0 + table.sigmas[3] * table.sigmas[3]), 1e-6);
  EXPECT_EQ(table.next_alphas_cumprod.back(), 1.0f);
}

TEST(Ddim, LeavesARuleOfTheModelsConfigToTheClassesThatKnowIt) {
  SchedulerConfig config = golden_config("ddim");
  config.sigma_rule = SigmaRule::karras;
  EXPECT_EQ(plan_sampling(find_sampler("ddim"), config, 10).table.timesteps,
            plan_sampling(find_sampler("ddim"), golden_config("ddim"), 10).table.timesteps);
}

// Printed by DDIMScheduler of diffusers 0.42.1, step(..., eta=0.5), on the goldens' network, noise and draws.
TEST(Ddim, DrawsNewNoiseWhereEtaAsksForIt) {
  const SafetensorsFile& file = trajectories_golden();
  const SamplingPlan plan = plan_sampling(find_sampler("ddim"), golden_config("ddim"), 5, {.eta = 0.5});
  RecordedNoise draws = recorded_noise(file, "euler_a/epsilon/10/txt2img");
  const Trajectory ours = trajectory_of(plan, 0.0, read_golden(file, "noise").floats(), {}, &draws);
  const std::vector<double> reference = {-1.54078245, -0.44935149, 3.14153743, -2.10142064, -2.98342252, 3.3957293};
  ExpectClose("eta 0.5", std::span(ours.states.back()).first(6), reference, trajectory_tolerance(reference));
}

TEST(Ddim, RefusesATimestepThatTheModelDoesNotKnow) {
  const Thrown thrown = thrown_by([] { plan_sampling(find_sampler("ddim"), golden_config("ddim"), 1000); });
  EXPECT_EQ(thrown.code, Code::out_of_range);
  EXPECT_NE(thrown.message.find("timestep 1000"), std::string::npos) << thrown.message;
  EXPECT_NO_THROW(plan_sampling(find_sampler("ddim"), golden_config("ddim"), 999));
}

TEST(Ddim, RefusesToPredictNoiseWhereThereIsNoSignal) {
  SchedulerConfig config = golden_config("ddim+trailing");
  config.rescale_betas_zero_snr = true;
  EXPECT_EQ(thrown_by([&] { plan_sampling(find_sampler("ddim"), config, 10); }).code, Code::model_unsupported);
  config.timestep_spacing = TimestepSpacing::leading;  // does not reach the last timestep
  EXPECT_NO_THROW(plan_sampling(find_sampler("ddim"), config, 10));
}

}  // namespace
}  // namespace redraw
