#include <gtest/gtest.h>

#include "diffusion/solver/network.h"
#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {
namespace {

const TrajectoryCase kEulerCase = {.variant = "euler", .steps = 10, .strength = 0.7};

TEST(Euler, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("euler", 33);
}

TEST(Euler, LimitsNoticeANoiseLevelThatIsOffByOneInTenThousand) {
  EXPECT_LT(excess_of(kEulerCase, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(kEulerCase, [](SamplingPlan& plan) { plan.table.sigmas[5] *= 1.0001; }), 1.0);
}

TEST(Euler, LimitsNoticeTheWrongPredictionType) {
  EXPECT_GT(
      excess_of(kEulerCase, [](SamplingPlan& plan) { plan.config.prediction_type = PredictionType::v_prediction; }),
      10.0);
}

TEST(Euler, LimitsNoticeTimestepsRoundedToWholeNumbers) {
  const TrajectoryCase karras = {.variant = "euler+karras", .steps = 10};
  EXPECT_LT(excess_of(karras, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(karras,
                      [](SamplingPlan& plan) {
                        for (double& t : plan.table.timesteps) t = std::round(t);
                      }),
            1.0);
}

// Printed by EulerDiscreteScheduler of diffusers 0.42.1 on the goldens' network and noise, 5 steps.
TEST(Euler, FollowsTheFieldsOfTheConfigThatTheGoldensDoNotVary) {
  SchedulerConfig config = golden_config("euler");
  config.prediction_type = PredictionType::sample;
  expect_first_values("euler", config,
                      {-0.651864767, -0.490189612, 0.370592833, 0.000416904688, -0.617398918, 0.209416211});
  config = golden_config("euler");
  config.final_sigmas_type = FinalSigma::sigma_min;
  expect_first_values("euler", config, {-7.90269279, -2.35437965, 10.1885633, -8.42682552, -13.3933849, 10.3682356});
  config = golden_config("euler");
  config.interpolation_type = SigmaInterpolation::log_linear;
  expect_first_values("euler", config, {-7.89147615, -2.41685534, 10.1607695, -8.24632263, -13.2789288, 10.256937});
}

TEST(Euler, StartsFromZeroTerminalSignal) {
  // Printed by the reference as above. Latents of the first steps are near 4096, so that float32 leaves 2.4e-4 of
  // rounding in each: the last state agrees to some 1e-4 and no better, in the reference too.
  const SafetensorsFile& file = trajectories_golden();
  SchedulerConfig config = golden_config("euler+trailing");
  config.prediction_type = PredictionType::v_prediction;
  config.rescale_betas_zero_snr = true;
  const SamplingPlan plan = plan_sampling(find_sampler("euler"), config, 5);
  const Trajectory ours =
      trajectory_of(plan, 0.0, read_golden(file, "noise").floats(), read_golden(file, "x0").floats());
  const std::vector<double> reference = {-0.175315052, -0.0190979242, 0.348519266,
                                         -0.145520896, -0.317446083,  0.349333048};
  ExpectClose("zero SNR", std::span(ours.states.back()).first(6), reference, {.max_abs = 5e-4});
}

TEST(Euler, FillsInItsClassesOwnDefaults) {
  EXPECT_EQ(find_sampler("euler").adopt(stable_diffusion_config()).timestep_spacing, TimestepSpacing::linspace);
}

TEST(StepNetwork, ScalesTheInputToUnitVariance) {
  const std::vector<float> latent = {5.0f, -10.0f};
  std::vector<float> scaled(2);
  scale_model_input(latent, 0.75f, scaled);  // sqrt(0.75^2 + 1) = 1.25
  EXPECT_EQ(scaled, (std::vector<float>{4.0f, -8.0f}));
}

}  // namespace
}  // namespace redraw
