#include <gtest/gtest.h>

#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {
namespace {

TEST(Dpm2, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("dpm_2", 33);
}

TEST(Dpm2, LimitsNoticeANoiseLevelThatIsOffByOneInAThousand) {
  const TrajectoryCase c = {.variant = "dpm_2", .strength = 0.7};
  EXPECT_LT(excess_of(c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(c, [](SamplingPlan& plan) { plan.table.sigmas[5] *= 1.001; }), 1.0);
}

TEST(Dpm2A, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("dpm_2_a", 33);
}

TEST(Dpm2A, LimitsNoticeANoiseLevelThatIsOffByOneInTenThousand) {
  const TrajectoryCase c = {.variant = "dpm_2_a", .strength = 0.7};
  EXPECT_LT(excess_of(c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(c, [](SamplingPlan& plan) { plan.table.sigmas[5] *= 1.0001; }), 1.0);
}

}  // namespace
}  // namespace redraw
