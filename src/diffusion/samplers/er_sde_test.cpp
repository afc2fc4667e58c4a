#include "diffusion/samplers/er_sde.h"

#include <cmath>
#include <gtest/gtest.h>

#include "diffusion/solver/known_answer_test_support.h"

namespace redraw {
namespace {

// The ordinary equation, without new noise: phi(sigma) = sigma (Cui et al. 2023, section 4.1).
RunFunction without_noise(int64_t max_stage, int64_t integration_points) {
  const ErSdeOptions options = {.max_stage = max_stage,
                                .integration_points = integration_points,
                                .noise_scale = [](double sigma) { return sigma; }};
  return [options](const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
    return run_er_sde(plan, run, latent, options);
  };
}

TEST(ErSde, ConvergesInTheOrderOfItsStages) {
  constexpr int64_t kFine = 20000;  // so that the sums are as good as integrals
  EXPECT_NEAR(measured_order("er_sde", 24, without_noise(1, kFine)), 1.0, 0.1);
  EXPECT_NEAR(measured_order("er_sde", 24, without_noise(2, kFine)), 2.0, 0.1);
  // The third stage adds the second derivative, but its first derivative is still that of the middle between two
  // levels: the error is smaller, of the same order.
  EXPECT_GT(measured_order("er_sde", 24, without_noise(3, kFine)), 2.1);
  EXPECT_LT(flow_error("er_sde", 48, without_noise(3, kFine)), 0.7 * flow_error("er_sde", 48, without_noise(2, kFine)));
}

TEST(ErSde, IsEulersMethodInOneStageWithoutNoise) {
  EXPECT_NEAR(flow_error("er_sde", 24, without_noise(1, 200)), flow_error("k_euler", 24), 1e-5);
}

// How far a run on an estimate that is a straight line in sigma, original = 1 + slope * sigma, is from the equation's
// solution, in shares of it. The first step knows no slope yet and is left out.
double straight_line_error(int64_t max_stage, int64_t integration_points) {
  constexpr double kSlope = 0.3;
  const SamplingPlan plan = known_plan("er_sde", 8);
  const std::vector<float> log_sigmas = finite_log_sigmas(plan.schedule);
  TorchCpuGenerator noise(5);
  double start = 0.0;
  std::vector<float> latent = {7.0f};
  SamplerRun run;
  run.end = 8;
  run.noise = &noise;
  run.denoise = [&](const NetworkCall& call) {
    const double sigma = sigma_of_timestep(call.timestep, log_sigmas);
    const double x = call.x[0] * std::sqrt(sigma * sigma + 1.0);
    call.output[0] = static_cast<float>((x - (1.0 + kSlope * sigma)) / sigma);
  };
  run.on_step = [&](const StepInfo& info) {
    if (info.index == 0) start = info.latent[0];
    return true;
  };
  EXPECT_TRUE(without_noise(max_stage, integration_points)(plan, run, latent));
  const double from = plan.table.sigmas[1];
  const double to = plan.table.sigmas[8];
  const double solution = 1.0 + to * ((start - 1.0) / from + kSlope * std::log(from / to));
  return std::abs(latent[0] - solution) / solution;
}

TEST(ErSde, IsExactInTwoStagesWhereTheEstimateIsAStraightLine) {
  EXPECT_LT(straight_line_error(2, 20000), 1e-5);
  EXPECT_LT(straight_line_error(3, 20000), 1e-5);
  EXPECT_LT(straight_line_error(2, 200), 1e-3);
  // The limits notice a stage that is left out, and fewer points.
  EXPECT_GT(straight_line_error(1, 200), 1e-2);
  EXPECT_GT(straight_line_error(2, 20), 1e-3);
}

TEST(ErSde, DrawsItsNoiseInEveryStepButTheLast) {
  class Counting : public NoiseSource {
   public:
    void normal(std::span<float> out) override {
      ++draws;
      std::ranges::fill(out, 0.0f);
    }
    int64_t draws = 0;
  } noise;
  const SamplingPlan plan = plan_sampling(find_sampler("er_sde"), stable_diffusion_config(), 10);
  std::vector<float> latent(4, 1.0f);
  EXPECT_TRUE(run_sampler(plan, {.denoise = NormalData().network(plan), .noise = &noise}, latent));
  EXPECT_EQ(noise.draws, 9);
}

}  // namespace
}  // namespace redraw
