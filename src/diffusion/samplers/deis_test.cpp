#include <gtest/gtest.h>

#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {
namespace {

const TrajectoryCase kDeisCase = {.variant = "deis", .steps = 10, .strength = 0.7};

TEST(Deis, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("deis", 33);
}

TEST(Deis, LimitsNoticeTheOtherOrder) {
  EXPECT_LT(excess_of(kDeisCase, [](SamplingPlan&) {}), 1.0);
  for (int64_t order : {1, 3}) {
    EXPECT_GT(excess_of(kDeisCase, [&](SamplingPlan& plan) { plan.config.solver_order = order; }), 10.0);
  }
}

TEST(Deis, LimitsNoticeTheFullOrderAtTheEndOfAShortRun) {
  EXPECT_GT(excess_of(kDeisCase, [](SamplingPlan& plan) { plan.config.lower_order_final = false; }), 10.0);
}

// Printed by DEISMultistepScheduler of diffusers 0.42.1 on the goldens' network and noise.
TEST(Deis, FollowsTheFieldsOfTheConfigThatTheGoldensDoNotVary) {
  expect_first_values("deis", stable_diffusion_config([](SchedulerConfig& c) { c.solver_order = 3; }),
                      {-5.16514683, -0.592488647, 10.0211887, -5.85879183, -11.5506859, 10.8979921}, 8);
  expect_first_values("deis", stable_diffusion_config([](SchedulerConfig& c) { c.solver_order = 1; }),
                      {-7.14617109, -1.69844913, 10.1815186, -7.60051727, -12.8848438, 10.5275784});
  expect_first_values("deis", stable_diffusion_config(),
                      {-4.38023281, -0.509752154, 9.95725346, -5.27689552, -10.6944113, 10.8240099}, 15);
  expect_first_values("deis", stable_diffusion_config([](SchedulerConfig& c) { c.lower_order_final = false; }),
                      {-6.17253494, -0.747824669, 10.1150761, -6.79018211, -12.492218, 10.9391575});
  expect_first_values("deis",
                      stable_diffusion_config([](SchedulerConfig& c) { c.prediction_type = PredictionType::sample; }),
                      {-0.706062436, -0.312274814, 0.846208632, 0.190852836, -0.68421942, 0.681965411});
}

}  // namespace
}  // namespace redraw
