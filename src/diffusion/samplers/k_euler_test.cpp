#include <cmath>
#include <gtest/gtest.h>

#include "diffusion/solver/k_trajectory_test_support.h"

namespace redraw {
namespace {

TEST(KEuler, FollowsEveryGoldenTrajectory) {
  expect_k_trajectories("k_euler", "euler");
}

const KCase kKEulerCase = {.kind = "euler", .schedule = "model", .strength = 0.7};

TEST(KEuler, LimitsNoticeANoiseLevelThatIsOffByOneInTenThousand) {
  EXPECT_LT(k_excess_of("k_euler", kKEulerCase, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(k_excess_of("k_euler", kKEulerCase, [](SamplingPlan& plan) { plan.table.sigmas[5] *= 1.0001; }), 1.0);
}

TEST(KEuler, LimitsNoticeTimestepsRoundedToWholeNumbers) {
  const KCase karras = {.kind = "euler", .schedule = "karras"};
  EXPECT_GT(k_excess_of("k_euler", karras,
                        [](SamplingPlan& plan) {
                          for (double& t : plan.table.timesteps) t = std::round(t);
                        }),
            1.0);
}

}  // namespace
}  // namespace redraw
