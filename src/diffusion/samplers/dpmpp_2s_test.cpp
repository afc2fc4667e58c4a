#include <gtest/gtest.h>

#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {
namespace {

const TrajectoryCase kDpmpp2sCase = {.variant = "dpmpp_2s", .steps = 10, .strength = 0.7};

TEST(Dpmpp2s, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("dpmpp_2s", 24);
}

TEST(Dpmpp2s, LimitsNoticeTheOtherSolverType) {
  EXPECT_LT(excess_of(kDpmpp2sCase, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(kDpmpp2sCase, [](SamplingPlan& plan) { plan.config.solver_type = SolverType::heun; }), 10.0);
}

TEST(Dpmpp2s, LimitsNoticeStepsOfFirstOrderInPlaceOfPairs) {
  EXPECT_GT(excess_of(kDpmpp2sCase, [](SamplingPlan& plan) { plan.sampler = &find_sampler("dpmpp_2m"); }), 10.0);
}

// Printed by DPMSolverSinglestepScheduler of diffusers 0.42.1 on the goldens' network and noise.
TEST(Dpmpp2s, FollowsTheFieldsOfTheConfigThatTheGoldensDoNotVary) {
  expect_first_values("dpmpp_2s", stable_diffusion_config([](SchedulerConfig& c) { c.solver_type = SolverType::heun; }),
                      {-5.32173777, -0.181931734, 10.0691319, -5.48372316, -11.7239208, 10.8405256});
  expect_first_values("dpmpp_2s",
                      stable_diffusion_config([](SchedulerConfig& c) { c.prediction_type = PredictionType::sample; }),
                      {-0.680923581, -0.311140001, 0.797725737, 0.194567442, -0.650720954, 0.637203932});
}

// Of an even number of steps the last ends a pair, unless the config or a final level of 0 says that it stands alone.
TEST(Dpmpp2s, EndsOnAPairOrOnAStepOfFirstOrder) {
  SchedulerConfig config =
      stable_diffusion_config([](SchedulerConfig& c) { c.final_sigmas_type = FinalSigma::sigma_min; });
  expect_first_values("dpmpp_2s", config, {-5.58907843, -0.620877922, 10.0660381, -6.13897276, -11.9013586, 10.8679075},
                      6);
  config.lower_order_final = true;
  expect_first_values("dpmpp_2s", config, {-5.66727018, -0.671585202, 10.08288, -6.01866102, -11.8242474, 10.7179155},
                      6);
  expect_first_values("dpmpp_2s", stable_diffusion_config(),
                      {-5.17392063, -0.550462186, 10.0262308, -5.72910357, -11.4420004, 10.7637148}, 7);
}

// Printed as above: from a picture, strength 0.3 of 10 steps, which begins with the second half of a pair.
TEST(Dpmpp2s, TakesTheSecondHalfOfAPairThatItDidNotBeginAsAStepByItself) {
  const SafetensorsFile& file = trajectories_golden();
  const SamplingPlan plan = plan_sampling(find_sampler("dpmpp_2s"), stable_diffusion_config(), 10);
  const Trajectory ours =
      trajectory_of(plan, 0.3, read_golden(file, "noise").floats(), read_golden(file, "x0").floats());
  const std::vector<double> reference = {-1.23849428, -0.0916233659, 1.45774519, 0.0997181982, -1.3025713, 0.271896034};
  ExpectClose("from a picture", std::span(ours.states.back()).first(6), reference, trajectory_tolerance(reference));
}

TEST(Dpmpp2s, PassesOverWhatItsClassDoesNotKnow) {
  const StepTable plain = plan_sampling(find_sampler("dpmpp_2s"), stable_diffusion_config(), 10).table;
  const StepTable other = plan_sampling(find_sampler("dpmpp_2s"), stable_diffusion_config([](SchedulerConfig& c) {
                                          c.timestep_spacing = TimestepSpacing::trailing;
                                          c.steps_offset = 1;
                                          c.use_lu_lambdas = true;
                                          c.rescale_betas_zero_snr = true;
                                        }),
                                        10)
                              .table;
  EXPECT_EQ(plain.sigmas, other.sigmas);
  EXPECT_EQ(plain.timesteps, other.timesteps);
}

}  // namespace
}  // namespace redraw
