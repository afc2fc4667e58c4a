#include <gtest/gtest.h>

#include "diffusion/solver/k_trajectory_test_support.h"

namespace redraw {
namespace {

TEST(Dpmpp2SA, FollowsEveryGoldenTrajectory) {
  expect_k_trajectories("dpmpp_2s_a", "dpmpp_2s_ancestral");
}

TEST(Dpmpp2SA, LimitsNoticeTheStepOfAnotherSecondOrderSampler) {
  const KCase c = {.kind = "dpmpp_2s_ancestral", .schedule = "karras", .strength = 0.7};
  EXPECT_LT(k_excess_of("dpmpp_2s_a", c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(k_excess_of("dpmpp_2s_a", c, [](SamplingPlan& plan) { plan.sampler = &find_sampler("k_dpm_2_a"); }), 10.0);
}

}  // namespace
}  // namespace redraw
