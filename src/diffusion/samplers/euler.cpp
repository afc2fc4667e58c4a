// Euler's method along sigma (Karras et al. 2022, Algorithm 1 without churn; diffusers 0.42.1 EulerDiscreteScheduler).
#include <array>

#include "diffusion/samplers/network.h"

namespace redraw {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  config.timestep_spacing = config.timestep_spacing.value_or(TimestepSpacing::linspace);
  return config;
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  for (int64_t i = run.begin; i < run.end; ++i) {
    const auto sigma = static_cast<float>(plan.table.sigmas[static_cast<size_t>(i)]);
    const float step = static_cast<float>(plan.table.sigmas[static_cast<size_t>(i) + 1]) - sigma;
    const std::span<const float> original = network.original_at_entry(latent, i);
    // Not simply the output where that is the noise: the reference goes by way of the estimate, and so rounds.
    for (size_t k = 0; k < latent.size(); ++k) latent[k] += (latent[k] - original[k]) / sigma * step;
    if (!network.finish(i, latent)) return false;
  }
  return true;
}

}  // namespace

extern const SamplerInfo kEuler;
const SamplerInfo kEuler = {.name = "euler",
                            .aliases = {},
                            .scheduler_class = "EulerDiscreteScheduler",
                            .source = "diffusers 0.42.1",
                            .adopt = adopt,
                            .steps = sigma_steps,
                            .run = run};

}  // namespace redraw
