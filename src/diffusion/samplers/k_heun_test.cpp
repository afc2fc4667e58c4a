#include <gtest/gtest.h>

#include "diffusion/solver/k_trajectory_test_support.h"

namespace redraw {
namespace {

TEST(KHeun, FollowsEveryGoldenTrajectory) {
  expect_k_trajectories("k_heun", "heun");
}

TEST(KHeun, LimitsNoticeEulersStepInItsPlace) {
  const KCase c = {.kind = "heun", .schedule = "model", .strength = 0.7};
  EXPECT_LT(k_excess_of("k_heun", c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(k_excess_of("k_heun", c, [](SamplingPlan& plan) { plan.sampler = &find_sampler("k_euler"); }), 10.0);
}

}  // namespace
}  // namespace redraw
