#include <gtest/gtest.h>

#include "diffusion/solver/k_trajectory_test_support.h"

namespace redraw {
namespace {

TEST(KDpmpp2MSde, FollowsEveryGoldenTrajectory) {
  expect_k_trajectories("k_dpmpp_2m_sde", "dpmpp_2m_sde");
}

TEST(KDpmpp2MSde, LimitsNoticeTheStepOfThirdOrder) {
  const KCase c = {.kind = "dpmpp_2m_sde", .schedule = "karras", .strength = 0.7};
  EXPECT_LT(k_excess_of("k_dpmpp_2m_sde", c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(
      k_excess_of("k_dpmpp_2m_sde", c, [](SamplingPlan& plan) { plan.sampler = &find_sampler("k_dpmpp_3m_sde"); }),
      10.0);
}

TEST(KDpmpp2MSde, AsksForTheNoiseOfTheIntervalsThatTheReferenceAsksFor) {
  const KCase c = {.kind = "dpmpp_2m_sde", .schedule = "karras"};
  const SamplingPlan plan = k_plan(k_diffusion_golden(), "k_dpmpp_2m_sde", c);
  const std::vector<std::pair<double, double>> asked = intervals_of(plan);
  ASSERT_EQ(asked.size(), 9u);  // none for the step to level 0
  for (size_t i = 0; i < asked.size(); ++i) {
    EXPECT_EQ(asked[i].first, plan.table.sigmas[i]);
    EXPECT_EQ(asked[i].second, plan.table.sigmas[i + 1]);
  }
}

}  // namespace
}  // namespace redraw
