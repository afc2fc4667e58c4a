#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "diffusion/solver/k_trajectory_test_support.h"

namespace redraw {
namespace {

TEST(DpmAdaptive, ComesToTheReferencesResult) {
  for (PredictionType prediction : {PredictionType::epsilon, PredictionType::v_prediction}) {
    expect_k_result("dpm_adaptive", prediction);
  }
}

TEST(DpmAdaptive, LimitsNoticeTheStepsOfTheFastSampler) {
  EXPECT_LT(k_result_excess("dpm_adaptive", [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(k_result_excess("dpm_adaptive", [](SamplingPlan& plan) { plan.sampler = &find_sampler("dpm_fast"); }),
            10.0);
}

TEST(DpmAdaptive, RejectsTheStepsThatTheReferenceRejects) {
  // Printed by k-diffusion 0.1.1.post1 on the goldens' noise: a network that turns six times as strong around timestep
  // 500. It takes 16 steps and rejects 4; with 0.7 or 0.9 for the accepted share of a step the values differ by a
  // hundredth or more.
  const SamplingPlan plan = plan_sampling(find_sampler("dpm_adaptive"), stable_diffusion_config(), 10);
  const std::vector<float> noise = read_golden(trajectories_golden(), "noise").floats();
  std::vector<float> latent(noise.size());
  start_from_noise(plan.table, noise, latent);
  int64_t calls = 0;
  int64_t steps = 0;
  SamplerRun run;
  run.denoise = [&](const NetworkCall& call) {
    ++calls;
    const double strength = 0.5 + 5.0 / (1.0 + std::exp((call.timestep - 500.0) * 0.1));
    for (size_t i = 0; i < call.x.size(); ++i) call.output[i] = static_cast<float>(std::tanh(call.x[i]) * strength);
  };
  run.on_step = [&](const StepInfo&) { return ++steps > 0; };
  EXPECT_TRUE(run_sampler(plan, run, latent));
  EXPECT_EQ(steps, 16);
  EXPECT_EQ(calls, 16 + 20 * 2);  // the call at the start of a step serves all its attempts
  const std::vector<double> reference = {-0.614257276,   -0.00149377761, 8.11152458,
                                         -0.00156864896, -3.97818947,    5.5993557};
  // What a rejection leaves of the error's last bits goes into the length of the next step.
  ExpectClose("rejecting", std::span(latent).first(6), reference, {.max_abs = 1e-4});
}

TEST(DpmAdaptive, TakesTheSameStepsWhateverTheirNumberInTheTable) {
  std::vector<float> ends[2];
  for (size_t i = 0; i < 2; ++i) {
    const SamplingPlan plan = plan_sampling(find_sampler("dpm_adaptive"), stable_diffusion_config(), i == 0 ? 1 : 50);
    EXPECT_EQ(network_calls(plan, 0, plan.table.steps()), std::nullopt);
    ends[i].assign(64, 1.0f);
    SamplerRun run;
    run.denoise = fake_network;
    EXPECT_TRUE(run_sampler(plan, run, ends[i]));
  }
  EXPECT_EQ(ends[0], ends[1]);
}

TEST(DpmAdaptive, NeverExceedsTheCountThatItEstimates) {
  const SamplingPlan plan = plan_sampling(find_sampler("dpm_adaptive"), stable_diffusion_config(), 10);
  for (int64_t begin = 0; begin < 10; ++begin) {
    int64_t reported = 0;
    double share = 0.0;
    SamplerRun run;
    run.begin = begin;
    run.denoise = fake_network;
    run.on_step = [&](const StepInfo& info) {
      EXPECT_EQ(info.index, reported++);
      EXPECT_LT(info.index, info.count);
      EXPECT_GE(info.sigma, plan.table.sigmas.back() * 0.999);
      EXPECT_LE(info.sigma, plan.table.sigmas[static_cast<size_t>(begin)] * 1.001);
      share = static_cast<double>(info.index + 1) / static_cast<double>(info.count);
      return true;
    };
    std::vector<float> latent(64, 1.0f);
    EXPECT_TRUE(run_sampler(plan, run, latent));
    EXPECT_EQ(share, 1.0) << begin;
    EXPECT_GE(reported, 1) << begin;
  }
}

TEST(DpmAdaptive, GivesUpOnANetworkThatItCannotFollow) {
  const SamplingPlan plan = plan_sampling(find_sampler("dpm_adaptive"), stable_diffusion_config(), 10);
  std::vector<float> latent(64, 1.0f);
  SamplerRun run;
  float sign = 1.0f;
  run.denoise = [&](const NetworkCall& call) {
    sign = -sign;
    std::ranges::fill(call.output, 1e12f * sign);
  };
  EXPECT_EQ(thrown_by([&] { (void)run_sampler(plan, run, latent); }).code, Code::model_unsupported);
  run.denoise = [](const NetworkCall& call) {
    std::ranges::fill(call.output, std::numeric_limits<float>::quiet_NaN());
  };
  EXPECT_EQ(thrown_by([&] { (void)run_sampler(plan, run, latent); }).code, Code::model_not_finite);
}

}  // namespace
}  // namespace redraw
