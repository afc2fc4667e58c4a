#include <gtest/gtest.h>

#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {
namespace {

TEST(EulerA, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("euler_a", 21);
}

TEST(EulerA, LimitsNoticeANoiseLevelThatIsOffByOneInTenThousand) {
  const TrajectoryCase c = {.variant = "euler_a", .strength = 0.7};
  EXPECT_LT(excess_of(c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(c, [](SamplingPlan& plan) { plan.table.sigmas[5] *= 1.0001; }), 1.0);
}

}  // namespace
}  // namespace redraw
