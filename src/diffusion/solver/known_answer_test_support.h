// Test side: data whose denoiser, flow and marginals are known exactly, so that a sampler's order and its noise can be
// measured without a reference.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <vector>

#include "diffusion/sampler.h"
#include "diffusion/test_support.h"
#include "diffusion/torch_cpu_generator.h"

namespace redraw {

/// Every element of a picture normal with this mean and deviation, apart from the others. Noised to level sigma it is
/// normal with the same mean and variance deviation^2 + sigma^2.
struct NormalData {
  double mean = 0.5;
  double deviation = 0.8;

  double variance(double sigma) const { return deviation * deviation + sigma * sigma; }
  /// The exact denoiser: the mean of the clean element, given the noised one.
  double original(double x, double sigma) const {
    return (deviation * deviation * x + sigma * sigma * mean) / variance(sigma);
  }
  /// The solution of the probability flow equation through x at level `from`.
  double flow(double x, double from, double to) const {
    return mean + (x - mean) * std::sqrt(variance(to) / variance(from));
  }

  /// A network that predicts the noise exactly, and says unconditionally the same.
  Denoise network(const SamplingPlan& plan) const {
    return [data = *this, log_sigmas = finite_log_sigmas(plan.schedule)](const NetworkCall& call) {
      const double sigma = sigma_of_timestep(call.timestep, log_sigmas);
      for (size_t i = 0; i < call.x.size(); ++i) {
        const double x = call.x[i] * std::sqrt(sigma * sigma + 1.0);
        call.output[i] = static_cast<float>((x - data.original(x, sigma)) / sigma);
      }
      std::ranges::copy(call.output.first(call.unconditional.size()), call.unconditional.begin());
    };
  }
};

constexpr double kKnownFrom = 10.0;
constexpr double kKnownTo = 0.1;

/// n steps from kKnownFrom to kKnownTo, evenly in log sigma.
inline SamplingPlan known_plan(std::string_view sampler, int64_t n) {
  SchedulerConfig config = stable_diffusion_config();
  config.sigma_rule = SigmaRule::explicit_sigmas;
  for (int64_t i = 0; i <= n; ++i) {
    config.sigmas.push_back(kKnownFrom *
                            std::pow(kKnownTo / kKnownFrom, static_cast<double>(i) / static_cast<double>(n)));
  }
  return plan_sampling(find_sampler(sampler), config, n);
}

using RunFunction = std::function<bool(const SamplingPlan&, const SamplerRun&, std::span<float>)>;

/// Root mean square distance of a run's end from the flow's, over 256 starts. take: in place of the sampler's own
/// steps.
inline double flow_error(std::string_view sampler, int64_t n, const RunFunction& take = nullptr) {
  const NormalData data;
  const SamplingPlan plan = known_plan(sampler, n);
  TorchCpuGenerator noise(3);
  std::vector<float> start(256);
  noise.normal(start);
  for (float& x : start) x = static_cast<float>(data.mean + x * std::sqrt(data.variance(kKnownFrom)));
  std::vector<float> latent = start;
  const SamplerRun run{.end = n, .denoise = data.network(plan), .noise = &noise};
  EXPECT_TRUE(take ? take(plan, run, latent) : run_sampler(plan, run, latent));
  double sum = 0.0;
  for (size_t i = 0; i < start.size(); ++i) {
    sum += std::pow(latent[i] - data.flow(start[i], kKnownFrom, kKnownTo), 2.0);
  }
  return std::sqrt(sum / static_cast<double>(start.size()));
}

/// The order of convergence between n and 2 n steps: by which power of two the error falls.
inline double measured_order(std::string_view sampler, int64_t n, const RunFunction& take = nullptr) {
  return std::log2(flow_error(sampler, n, take) / flow_error(sampler, 2 * n, take));
}

struct Moments {
  double mean = 0.0;
  double deviation = 0.0;
};

/// Draws of another source, scaled: a defect to plant.
class ScaledNoise : public NoiseSource {
 public:
  ScaledNoise(NoiseSource& source, float scale) : source_(source), scale_(scale) {}
  void normal(std::span<float> out) override {
    source_.normal(out);
    for (float& x : out) x *= scale_;
  }

 private:
  NoiseSource& source_;
  float scale_;
};

/// Mean and deviation of what a sampler makes of 2^15 starts that follow the data at kKnownFrom, in n steps.
inline Moments sampled_moments(std::string_view sampler, int64_t n, float noise_scale = 1.0f) {
  const NormalData data;
  const SamplingPlan plan = known_plan(sampler, n);
  TorchCpuGenerator noise(4);
  std::vector<float> latent(1 << 15);
  noise.normal(latent);
  for (float& x : latent) x = static_cast<float>(data.mean + x * std::sqrt(data.variance(kKnownFrom)));
  ScaledNoise scaled(noise, noise_scale);
  EXPECT_TRUE(run_sampler(plan, {.denoise = data.network(plan), .noise = &scaled}, latent));
  Moments moments;
  for (float x : latent) moments.mean += x;
  moments.mean /= static_cast<double>(latent.size());
  for (float x : latent) moments.deviation += std::pow(x - moments.mean, 2.0);
  moments.deviation = std::sqrt(moments.deviation / static_cast<double>(latent.size()));
  return moments;
}

}  // namespace redraw
