#include <gtest/gtest.h>

#include "diffusion/solver/k_trajectory_test_support.h"

namespace redraw {
namespace {

TEST(DpmFast, ComesToTheReferencesResult) {
  for (PredictionType prediction : {PredictionType::epsilon, PredictionType::v_prediction}) {
    expect_k_result("dpm_fast", prediction);
  }
}

TEST(DpmFast, LimitsNoticeTheStepsOfTheAdaptiveSampler) {
  EXPECT_LT(k_result_excess("dpm_fast", [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(k_result_excess("dpm_fast", [](SamplingPlan& plan) { plan.sampler = &find_sampler("dpm_adaptive"); }),
            10.0);
  EXPECT_GT(k_result_excess("dpm_fast", [](SamplingPlan& plan) { plan.table.sigmas.back() *= 1.001; }), 10.0);
}

TEST(DpmFast, MakesAsManyCallsAsTheTableHasSteps) {
  for (int64_t steps = 1; steps <= 13; ++steps) {
    const SamplingPlan plan = plan_sampling(find_sampler("dpm_fast"), stable_diffusion_config(), steps);
    for (int64_t begin = 0; begin < steps; ++begin) {
      int64_t calls = 0;
      int64_t reported = 0;
      SamplerRun run;
      run.begin = begin;
      run.denoise = [&](const NetworkCall& call) {
        ++calls;
        fake_network(call);
      };
      run.on_step = [&](const StepInfo& info) {
        EXPECT_EQ(info.index, reported++);
        EXPECT_EQ(info.count, (steps - begin) / 3 + 1);
        return true;
      };
      std::vector<float> latent(64, 1.0f);
      EXPECT_TRUE(run_sampler(plan, run, latent));
      EXPECT_EQ(calls, steps - begin);
      EXPECT_EQ(calls, network_calls(plan, begin, steps));
      EXPECT_EQ(reported, (steps - begin) / 3 + 1);
      EXPECT_TRUE(std::ranges::all_of(latent, [](float x) { return std::isfinite(x); })) << steps << " " << begin;
    }
  }
}

TEST(DpmFast, EndsAtTheModelsSmallestLevelAndNotAtZero) {
  SchedulerConfig config = stable_diffusion_config();
  const double smallest = make_noise_schedule(config).sigmas().front();
  for (SigmaRule rule : {SigmaRule::model, SigmaRule::karras, SigmaRule::align_your_steps}) {
    config.sigma_rule = rule;
    EXPECT_NEAR(plan_sampling(find_sampler("dpm_fast"), config, 4).table.sigmas.back(), smallest, 1e-6 * smallest);
  }
  config.sigma_rule = SigmaRule::explicit_sigmas;
  config.sigmas = {10.0, 3.0, 0.01, 0.0};
  EXPECT_FLOAT_EQ(plan_sampling(find_sampler("dpm_fast"), config, 3).table.sigmas.back(), 0.01);
  config.sigmas = {10.0, 3.0, 1.0, 0.5};
  EXPECT_FLOAT_EQ(plan_sampling(find_sampler("dpm_fast"), config, 3).table.sigmas.back(), 0.5);
}

}  // namespace
}  // namespace redraw
