#include <gtest/gtest.h>

#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {
namespace {

TEST(Heun, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("heun", 33);
}

TEST(Heun, LimitsNoticeEulersStepInItsPlace) {
  EXPECT_GT(excess_of({.variant = "heun"}, [](SamplingPlan& plan) { plan.table.sigmas[9] = 1e-7; }), 1.0);
}

}  // namespace
}  // namespace redraw
