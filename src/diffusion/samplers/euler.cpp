// Euler's method along sigma (Karras et al. 2022, Algorithm 1 without churn; diffusers 0.42.1 EulerDiscreteScheduler).
#include "diffusion/samplers/list.h"
#include "diffusion/solver/network.h"
#include "diffusion/solver/shared_runs.h"

namespace redraw {

bool run_euler(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  return take_steps(plan, run, network, latent, [&](int64_t entry, float sigma, float sigma_next) {
    euler_step(network.original_at_entry(latent, entry), sigma, sigma_next, latent);
  });
}

}  // namespace redraw

namespace redraw::euler {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  config.timestep_spacing = config.timestep_spacing.value_or(TimestepSpacing::linspace);
  return config;
}

}  // namespace

const SamplerInfo kEuler = {.name = "euler",
                            .aliases = {},
                            .scheduler_class = "EulerDiscreteScheduler",
                            .source = "diffusers 0.42.1",
                            .adopt = adopt,
                            .steps = sigma_steps,
                            .run = run_euler};

}  // namespace redraw::euler
