// Strategic stochastic sampling (Zheng et al. 2024, "Trajectory Consistency Distillation", Algorithm 4; diffusers
// 0.42.1 TCDScheduler): down to a level below the next without noise, then up to it by noise. eta is the paper's gamma.
#include <cmath>
#include <vector>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/distilled.h"

namespace redraw::tcd {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  config = adopt_for_distilled(config);
  config.eta = config.eta.value_or(0.3);
  return config;
}

StepTable steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  if (!uses_training_timesteps(config)) return alpha_step_table(config, schedule, n);
  StepTable table = distilled_step_table(config, schedule, n, "tcd");
  table.next_alphas_cumprod.assign(table.alphas_cumprod.begin() + 1, table.alphas_cumprod.end());
  const float last = schedule.alphas_cumprod.front();  // the reference ends on timestep 0, not on no noise at all
  table.next_alphas_cumprod.push_back(last);
  table.sigmas.push_back(std::sqrt((1.0f - last) / last));
  return table;
}

// alpha_cumprod of the level to which the step goes without noise: that of timestep (1 - eta) * next.
float alpha_below_next(const SamplingPlan& plan, int64_t entry, std::span<const float> log_sigmas) {
  const bool is_last = entry + 1 == plan.table.steps();
  const float next_alpha = plan.table.next_alphas_cumprod[static_cast<size_t>(entry)];
  if (is_last) return next_alpha;
  const double timestep = (1.0 - plan.config.eta.value()) * plan.table.timesteps[static_cast<size_t>(entry) + 1];
  if (uses_training_timesteps(plan.config)) {
    const auto below = static_cast<size_t>(static_cast<float>(timestep));
    return plan.schedule.alphas_cumprod[below];
  }
  const double sigma = sigma_of_timestep(timestep, log_sigmas);
  return static_cast<float>(1.0 / (sigma * sigma + 1.0));
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  const std::vector<float> log_sigmas = finite_log_sigmas(plan.schedule);
  std::vector<float> noise(latent.size());
  for (int64_t i = run.begin; i < run.end; ++i) {
    const auto entry = static_cast<size_t>(i);
    const float next_alpha = plan.table.next_alphas_cumprod[entry];
    const float below_alpha = alpha_below_next(plan, i, log_sigmas);
    const StepNetwork::Estimate e =
        network.estimate_at_alpha(latent, plan.table.timesteps[entry], plan.table.alphas_cumprod[entry]);
    const float signal_scale = std::sqrt(below_alpha);
    const float noise_scale = std::sqrt(1.0f - below_alpha);
    for (size_t k = 0; k < latent.size(); ++k) latent[k] = signal_scale * e.original[k] + noise_scale * e.noise[k];
    if (plan.config.eta.value() > 0.0 && i + 1 < plan.table.steps()) {
      draw_noise(run, noise);
      const float kept = std::sqrt(next_alpha / below_alpha);
      const float added = std::sqrt(1.0f - next_alpha / below_alpha);
      for (size_t k = 0; k < latent.size(); ++k) latent[k] = kept * latent[k] + added * noise[k];
    }
    if (!network.finish(i, latent)) return false;
  }
  return true;
}

}  // namespace

const SamplerInfo kTcd = {.name = "tcd",
                          .aliases = {},
                          .scheduler_class = "TCDScheduler",
                          .source = "diffusers 0.42.1",
                          .draws_noise = true,
                          .adopt = adopt,
                          .steps = steps,
                          .run = run};

}  // namespace redraw::tcd
