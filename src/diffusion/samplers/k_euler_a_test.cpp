#include <gtest/gtest.h>

#include "diffusion/solver/k_trajectory_test_support.h"

namespace redraw {
namespace {

TEST(KEulerA, FollowsEveryGoldenTrajectory) {
  expect_k_trajectories("k_euler_a", "euler_ancestral");
}

TEST(KEulerA, LimitsNoticeNoiseThatIsLeftOut) {
  const KCase c = {.kind = "euler_ancestral", .schedule = "karras", .strength = 0.7};
  EXPECT_LT(k_excess_of("k_euler_a", c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(k_excess_of("k_euler_a", c, [](SamplingPlan& plan) { plan.sampler = &find_sampler("k_euler"); }), 10.0);
}

}  // namespace
}  // namespace redraw
