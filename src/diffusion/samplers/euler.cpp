// Euler's method along sigma (Karras et al. 2022, Algorithm 1 without churn; diffusers 0.42.1 EulerDiscreteScheduler).
#include <array>
#include <vector>

#include "diffusion/sampler.h"
#include "diffusion/samplers/sigma_space.h"

namespace redraw {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  config.timestep_spacing = config.timestep_spacing.value_or(TimestepSpacing::linspace);
  return config;
}

StepTable steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  if (!config.rescale_betas_zero_snr) return sigma_step_table(config, schedule, n);
  // An alpha of 0 would be an infinite sigma; the reference puts the smallest float16 in its place (sigma 4096).
  NoiseSchedule nearly_zero = schedule;
  nearly_zero.alphas_cumprod.back() = 0x1p-24f;
  return sigma_step_table(config, nearly_zero, n);
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  SigmaDerivative ode(plan, run, latent.size());
  std::vector<float> derivative(latent.size());
  for (int64_t i = run.begin; i < plan.table.steps(); ++i) {
    ode.evaluate(i, latent, derivative);
    const size_t entry = static_cast<size_t>(i);
    const float step = static_cast<float>(plan.table.sigmas[entry + 1]) - static_cast<float>(plan.table.sigmas[entry]);
    for (size_t k = 0; k < latent.size(); ++k) latent[k] += derivative[k] * step;
    if (!ode.report(i, latent)) return false;
  }
  return true;
}

constexpr auto kAliases = std::to_array<std::string_view>({"k_euler"});

}  // namespace

extern const SamplerInfo kEuler;
const SamplerInfo kEuler = {.name = "euler",
                            .aliases = kAliases,
                            .scheduler_class = "EulerDiscreteScheduler",
                            .adopt = adopt,
                            .steps = steps,
                            .run = run};

}  // namespace redraw
