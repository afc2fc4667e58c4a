#include <gtest/gtest.h>

#include "diffusion/solver/k_trajectory_test_support.h"

namespace redraw {
namespace {

TEST(DpmppSde, FollowsEveryGoldenTrajectory) {
  expect_k_trajectories("dpmpp_sde", "dpmpp_sde");
}

TEST(DpmppSde, LimitsNoticeTheStepOfAnotherSamplerOfTwoCalls) {
  const KCase c = {.kind = "dpmpp_sde", .schedule = "karras", .strength = 0.7};
  EXPECT_LT(k_excess_of("dpmpp_sde", c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(k_excess_of("dpmpp_sde", c, [](SamplingPlan& plan) { plan.sampler = &find_sampler("dpmpp_2s_a"); }), 10.0);
}

TEST(DpmppSde, AsksForTheNoiseOfTheIntervalsThatTheReferenceAsksFor) {
  const KCase c = {.kind = "dpmpp_sde", .schedule = "karras"};
  const SamplingPlan plan = k_plan(k_diffusion_golden(), "dpmpp_sde", c);
  const std::vector<std::pair<double, double>> asked = intervals_of(plan);
  ASSERT_EQ(asked.size(), 18u);  // to the middle, then over the whole step; none for the step to level 0
  for (size_t i = 0; i < asked.size(); ++i) {
    const double sigma = plan.table.sigmas[i / 2];
    const double sigma_next = plan.table.sigmas[i / 2 + 1];
    // There and back through a logarithm in float32: some bits off.
    EXPECT_NEAR(asked[i].first, sigma, 1e-6 * sigma);
    const double end = i % 2 == 0 ? std::sqrt(sigma * sigma_next) : sigma_next;
    EXPECT_NEAR(asked[i].second, end, 1e-6 * end);
  }
}

}  // namespace
}  // namespace redraw
