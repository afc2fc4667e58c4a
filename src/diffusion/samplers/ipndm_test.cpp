#include <gtest/gtest.h>

#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {
namespace {

TEST(Ipndm, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("ipndm", 4);
}

TEST(Ipndm, LimitsNoticeALevelThatIsOff) {
  const TrajectoryCase c = {.variant = "ipndm"};
  EXPECT_LT(excess_of(c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(c, [](SamplingPlan& plan) { plan.table.next_alphas_cumprod[5] *= 1.0001f; }), 1.0);
}

}  // namespace
}  // namespace redraw
