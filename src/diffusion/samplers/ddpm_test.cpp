#include <gtest/gtest.h>

#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {
namespace {

TEST(Ddpm, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("ddpm", 21);
}

TEST(Ddpm, LimitsNoticeTheLevelsOfDdim) {
  const TrajectoryCase c = {.variant = "ddpm", .strength = 0.7};
  EXPECT_LT(excess_of(c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(c, [](SamplingPlan& plan) { plan.table.next_alphas_cumprod[5] *= 1.0001f; }), 1.0);
}

}  // namespace
}  // namespace redraw
