#include <gtest/gtest.h>

#include "diffusion/solver/k_trajectory_test_support.h"

namespace redraw {
namespace {

TEST(KDpmpp2M, FollowsEveryGoldenTrajectory) {
  expect_k_trajectories("k_dpmpp_2m", "dpmpp_2m");
}

TEST(KDpmpp2M, LimitsNoticeTheMultistepOfLmsInItsPlace) {
  const KCase c = {.kind = "dpmpp_2m", .schedule = "karras", .strength = 0.7};
  EXPECT_LT(k_excess_of("k_dpmpp_2m", c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(k_excess_of("k_dpmpp_2m", c, [](SamplingPlan& plan) { plan.sampler = &find_sampler("k_lms"); }), 10.0);
}

}  // namespace
}  // namespace redraw
