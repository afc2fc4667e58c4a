#include <gtest/gtest.h>

#include "diffusion/solver/k_trajectory_test_support.h"

namespace redraw {
namespace {

TEST(KDpm2, FollowsEveryGoldenTrajectory) {
  expect_k_trajectories("k_dpm_2", "dpm_2");
}

TEST(KDpm2, LimitsNoticeHeunsStepInItsPlace) {
  const KCase c = {.kind = "dpm_2", .schedule = "karras", .strength = 0.7};
  EXPECT_LT(k_excess_of("k_dpm_2", c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(k_excess_of("k_dpm_2", c, [](SamplingPlan& plan) { plan.sampler = &find_sampler("k_heun"); }), 10.0);
}

TEST(KDpm2A, FollowsEveryGoldenTrajectory) {
  expect_k_trajectories("k_dpm_2_a", "dpm_2_ancestral");
}

TEST(KDpm2A, LimitsNoticeTheStepOfAnotherSecondOrderSampler) {
  const KCase c = {.kind = "dpm_2_ancestral", .schedule = "karras", .strength = 0.7};
  EXPECT_LT(k_excess_of("k_dpm_2_a", c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(k_excess_of("k_dpm_2_a", c, [](SamplingPlan& plan) { plan.sampler = &find_sampler("dpmpp_2s_a"); }), 10.0);
}

}  // namespace
}  // namespace redraw
