#include <gtest/gtest.h>

#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {
namespace {

TEST(Lcm, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("lcm", 21);
}

TEST(Lcm, LimitsNoticeAnotherTimestepScaling) {
  const TrajectoryCase c = {.variant = "lcm", .strength = 0.7};
  EXPECT_LT(excess_of(c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(c, [](SamplingPlan& plan) { plan.config.timestep_scaling = 1.0; }), 1.0);
}

}  // namespace
}  // namespace redraw
