#include <gtest/gtest.h>

#include "diffusion/solver/k_trajectory_test_support.h"

namespace redraw {
namespace {

TEST(KDpmpp3MSde, FollowsEveryGoldenTrajectory) {
  // Its third differences make ten times as much of a last bit: with our levels of the model, of which the reference's
  // square roots (Intel's MKL) have two otherwise in that bit, the ends are 1.3e-6 apart; with its levels 0.8e-6.
  expect_k_trajectories("k_dpmpp_3m_sde", "dpmpp_3m_sde", "model");
}

TEST(KDpmpp3MSde, LimitsNoticeTheStepOfSecondOrder) {
  const KCase c = {.kind = "dpmpp_3m_sde", .schedule = "karras", .strength = 0.7};
  EXPECT_LT(k_excess_of("k_dpmpp_3m_sde", c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(
      k_excess_of("k_dpmpp_3m_sde", c, [](SamplingPlan& plan) { plan.sampler = &find_sampler("k_dpmpp_2m_sde"); }),
      10.0);
}

TEST(KDpmpp3MSde, AsksForTheNoiseOfTheIntervalsThatTheReferenceAsksFor) {
  const KCase c = {.kind = "dpmpp_3m_sde", .schedule = "karras"};
  const SamplingPlan plan = k_plan(k_diffusion_golden(), "k_dpmpp_3m_sde", c);
  const std::vector<std::pair<double, double>> asked = intervals_of(plan);
  ASSERT_EQ(asked.size(), 9u);  // none for the step to level 0
  for (size_t i = 0; i < asked.size(); ++i) {
    EXPECT_EQ(asked[i].first, plan.table.sigmas[i]);
    EXPECT_EQ(asked[i].second, plan.table.sigmas[i + 1]);
  }
}

}  // namespace
}  // namespace redraw
