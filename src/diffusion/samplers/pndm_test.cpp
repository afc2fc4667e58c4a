#include <gtest/gtest.h>

#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {
namespace {

TEST(Pndm, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("pndm", 21);
}

TEST(Pndm, LimitsNoticeASecondEntryThatIsNotRepeated) {
  const TrajectoryCase c = {.variant = "pndm", .strength = 0.7};
  EXPECT_LT(excess_of(c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(c, [](SamplingPlan& plan) { plan.table.next_alphas_cumprod[5] *= 1.0001f; }), 1.0);
}

// Printed by PNDMScheduler of diffusers 0.42.1 with skip_prk_steps=False, on the goldens' network and noise, 10 steps.
TEST(Pndm, BeginsWithRungeKuttaStepsUnlessTheConfigSkipsThem) {
  struct Row {
    PredictionType prediction;
    double strength;
    size_t calls;
    std::vector<double> first_values;
  };
  const Row rows[] = {
      {PredictionType::epsilon, 0.0, 19, {-2.3576653, -0.29926604, 5.70112228, -2.32103801, -5.55639553, 5.91539478}},
      {PredictionType::v_prediction,
       0.0,
       19,
       {-0.265530318, -0.00189336389, 0.609808981, -0.130157813, -0.448983908, 0.588538408}},
      {PredictionType::v_prediction,
       0.7,
       16,
       {-0.326075643, 0.0108094905, 0.672723591, -0.0677278638, -0.483720601, 0.515394032}},
  };
  const SafetensorsFile& file = trajectories_golden();
  for (const Row& row : rows) {
    SchedulerConfig config = golden_config("pndm");
    config.skip_prk_steps.reset();
    config.prediction_type = row.prediction;
    const Trajectory ours = trajectory_of(plan_sampling(find_sampler("pndm"), config, 10), row.strength,
                                          read_golden(file, "noise").floats(), read_golden(file, "x0").floats());
    EXPECT_EQ(ours.inputs.size(), row.calls);
    ExpectClose("Runge-Kutta", std::span(ours.states.back()).first(6), row.first_values,
                trajectory_tolerance(row.first_values));
  }
}

}  // namespace
}  // namespace redraw
