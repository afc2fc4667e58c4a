// Heun's method along sigma (Karras et al. 2022, Algorithm 1 without churn; diffusers 0.42.1 HeunDiscreteScheduler).
#include <algorithm>
#include <cmath>
#include <vector>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/network.h"
#include "diffusion/solver/shared_runs.h"

namespace redraw {

bool run_heun(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  const float range = plan.config.clip_sample.value() ? static_cast<float>(plan.config.clip_sample_range) : INFINITY;
  std::vector<float> slope(latent.size());
  std::vector<float> predicted(latent.size());
  for (int64_t i = run.begin; i < run.end; ++i) {
    const auto sigma = static_cast<float>(plan.table.sigmas[static_cast<size_t>(i)]);
    const auto next = static_cast<float>(plan.table.sigmas[static_cast<size_t>(i) + 1]);
    const float step = next - sigma;
    const auto slope_at = [&](std::span<const float> x, std::span<const float> original, float level, size_t k) {
      return (x[k] - std::clamp(original[k], -range, range)) / level;
    };
    std::span<const float> original = network.original_at_entry(latent, i);
    for (size_t k = 0; k < latent.size(); ++k) {
      slope[k] = slope_at(latent, original, sigma, k);
      predicted[k] = latent[k] + slope[k] * step;
    }
    if (next > 0.0f) {  // at 0 there is no slope to correct by: Euler's step is the last
      original = i + 1 < plan.table.steps() ? network.original_at_entry(predicted, i + 1)
                                            : network.original_at_sigma(predicted, network.timestep_of(next), next);
      for (size_t k = 0; k < latent.size(); ++k) {
        latent[k] += (slope[k] + slope_at(predicted, original, next, k)) / 2.0f * step;
      }
    } else {
      std::ranges::copy(predicted, latent.begin());
    }
    if (!network.finish(i, latent)) return false;
  }
  return true;
}

}  // namespace redraw

namespace redraw::heun {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  config = adopt_for_sigmas(config);
  config.clip_sample = config.clip_sample.value_or(false);
  return config;
}

}  // namespace

const SamplerInfo kHeun = {.name = "heun",
                           .aliases = {},
                           .scheduler_class = "HeunDiscreteScheduler",
                           .source = "diffusers 0.42.1",
                           .calls_per_step = 2,
                           .adopt = adopt,
                           .steps = sigma_steps,
                           .run = run_heun};

}  // namespace redraw::heun
