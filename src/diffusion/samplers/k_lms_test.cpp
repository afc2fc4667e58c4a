#include <gtest/gtest.h>

#include "diffusion/solver/k_trajectory_test_support.h"

namespace redraw {
namespace {

TEST(KLms, FollowsEveryGoldenTrajectory) {
  expect_k_trajectories("k_lms", "lms");
}

TEST(KLms, LimitsNoticeAnOrderThatGoesByThePlaceInTheTable) {
  const KCase c = {.kind = "lms", .schedule = "model", .strength = 0.7};
  EXPECT_LT(k_excess_of("k_lms", c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(k_excess_of("k_lms", c, [](SamplingPlan& plan) { plan.sampler = &find_sampler("lms"); }), 10.0);
}

}  // namespace
}  // namespace redraw
