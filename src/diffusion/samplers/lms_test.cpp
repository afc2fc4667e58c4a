#include <gtest/gtest.h>

#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {
namespace {

const TrajectoryCase kLmsCase = {.variant = "lms", .steps = 10, .strength = 0.7};

TEST(Lms, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("lms", 33);
}

TEST(Lms, LimitsNoticeAnOrderThatGoesByTheStepsTakenNotByThePlaceInTheTable) {
  // A run that begins in the middle, given a table that begins there: what the order would be if it grew from 1.
  EXPECT_LT(excess_of(kLmsCase, [](SamplingPlan&) {}), 1.0);
  const SafetensorsFile& file = trajectories_golden();
  SamplingPlan plan = plan_sampling(find_sampler("lms"), golden_config("lms"), 10);
  const auto drop = [](auto& values) { values.erase(values.begin(), values.begin() + 3); };
  drop(plan.table.timesteps);
  drop(plan.table.sigmas);
  drop(plan.table.signal_scales);
  drop(plan.table.noise_scales);
  const Trajectory ours =
      trajectory_of(plan, 1.0, read_golden(file, "noise").floats(), read_golden(file, "x0").floats());
  ASSERT_EQ(ours.states.size(), 8u);
  const std::vector<double> start = read_golden(file, kLmsCase.tag() + "/start").values;
  const std::vector<double> end = read_golden(file, kLmsCase.tag() + "/x7").values;
  EXPECT_LT(compare(ours.states.front(), start).max_abs, trajectory_tolerance(start).max_abs);
  EXPECT_GT(compare(ours.states.back(), end).max_abs, 10.0 * trajectory_tolerance(end).max_abs);
}

TEST(Lms, LimitsNoticeTheMultiplesOfEuler) {
  EXPECT_GT(excess_of(kLmsCase, [](SamplingPlan& plan) { plan.sampler = &find_sampler("euler"); }), 10.0);
}

TEST(Lms, PassesOverWhatItsClassDoesNotKnow) {
  SchedulerConfig config = golden_config("lms");
  const StepTable plain = plan_sampling(find_sampler("lms"), config, 10).table;
  config.rescale_betas_zero_snr = true;
  config.interpolation_type = SigmaInterpolation::log_linear;
  config.final_sigmas_type = FinalSigma::sigma_min;
  const StepTable other = plan_sampling(find_sampler("lms"), config, 10).table;
  EXPECT_EQ(plain.sigmas, other.sigmas);
  EXPECT_EQ(plain.timesteps, other.timesteps);
}

}  // namespace
}  // namespace redraw
