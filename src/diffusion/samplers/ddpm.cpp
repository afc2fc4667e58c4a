// Ancestral sampling of the trained process (Ho et al. 2020, Algorithm 2 and eq. 7; diffusers 0.42.1 DDPMScheduler with
// variance_type "fixed_small").
#include <algorithm>
#include <cmath>
#include <vector>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/network.h"

namespace redraw::ddpm {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  config.timestep_spacing = config.timestep_spacing.value_or(TimestepSpacing::leading);
  config.clip_sample = config.clip_sample.value_or(true);
  config.sigma_rule = SigmaRule::model;
  return config;
}

StepTable steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  if (!uses_training_timesteps(config)) return alpha_step_table(config, schedule, n);
  StepTable table = whole_timestep_table(config, schedule, n, "ddpm");
  table.next_alphas_cumprod.assign(table.alphas_cumprod.begin() + 1, table.alphas_cumprod.end());
  table.next_alphas_cumprod.push_back(1.0f);
  table.sigmas.push_back(0.0);
  return table;
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  constexpr float kSmallestVariance = 1e-20f;
  StepNetwork network(plan, run, latent.size());
  const float range = plan.config.clip_sample.value() ? static_cast<float>(plan.config.clip_sample_range) : INFINITY;
  std::vector<float> original(latent.size());
  std::vector<float> noise(latent.size());
  for (int64_t i = run.begin; i < run.end; ++i) {
    const auto entry = static_cast<size_t>(i);
    const float alpha = plan.table.alphas_cumprod[entry];
    const float next_alpha = plan.table.next_alphas_cumprod[entry];
    const float step_alpha = alpha / next_alpha;
    const float step_beta = 1.0f - step_alpha;
    const float original_share = std::sqrt(next_alpha) * step_beta / (1.0f - alpha);
    const float latent_share = std::sqrt(step_alpha) * (1.0f - next_alpha) / (1.0f - alpha);
    const float variance = std::max((1.0f - next_alpha) / (1.0f - alpha) * step_beta, kSmallestVariance);
    const StepNetwork::Estimate e = network.estimate_at_alpha(latent, plan.table.timesteps[entry], alpha);
    for (size_t k = 0; k < latent.size(); ++k) {
      original[k] = std::clamp(e.original[k], -range, range);
      latent[k] = original_share * original[k] + latent_share * latent[k];
    }
    if (plan.table.timesteps[entry] > 0.0) {
      draw_noise(run, noise);
      const float deviation = std::sqrt(variance);
      for (size_t k = 0; k < latent.size(); ++k) latent[k] += deviation * noise[k];
    }
    if (!network.finish(i, latent, original)) return false;
  }
  return true;
}

}  // namespace

const SamplerInfo kDdpm = {.name = "ddpm",
                           .aliases = {},
                           .scheduler_class = "DDPMScheduler",
                           .source = "diffusers 0.42.1",
                           .draws_noise = true,
                           .adopt = adopt,
                           .steps = steps,
                           .run = run};

}  // namespace redraw::ddpm
