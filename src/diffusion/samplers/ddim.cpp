// DDIM (Song et al. 2021, eq. 12; diffusers 0.42.1 DDIMScheduler): without new noise unless eta says otherwise.
#include <algorithm>
#include <cmath>
#include <vector>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/network.h"

namespace redraw::ddim {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  config.timestep_spacing = config.timestep_spacing.value_or(TimestepSpacing::leading);
  config.set_alpha_to_one = config.set_alpha_to_one.value_or(true);
  config.clip_sample = config.clip_sample.value_or(true);
  config.eta = config.eta.value_or(0.0);
  config.sigma_rule = SigmaRule::model;
  config.interpolation_type = SigmaInterpolation::linear;
  config.final_sigmas_type = FinalSigma::zero;
  return config;
}

float final_alpha(const SchedulerConfig& config, const NoiseSchedule& schedule) {
  return config.set_alpha_to_one.value() ? 1.0f : schedule.alphas_cumprod.front();
}

StepTable steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  if (!uses_training_timesteps(config)) return alpha_step_table(config, schedule, n);
  StepTable table = whole_timestep_table(config, schedule, n, "ddim");
  // A step ends this far below its timestep, not on the next entry of the table: the two differ for spacings other
  // than leading, and the reference takes this one.
  const int64_t stride = config.num_train_timesteps / n;
  for (double timestep : table.timesteps) {
    const int64_t next = static_cast<int64_t>(timestep) - stride;
    table.next_alphas_cumprod.push_back(next >= 0 ? schedule.alphas_cumprod[static_cast<size_t>(next)]
                                                  : final_alpha(config, schedule));
  }
  const float last = final_alpha(config, schedule);
  table.sigmas.push_back(std::sqrt((1.0f - last) / last));
  return table;
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  const SchedulerConfig& config = plan.config;
  StepNetwork network(plan, run, latent.size());
  const float range = config.clip_sample.value() ? static_cast<float>(config.clip_sample_range) : INFINITY;
  const double eta = config.eta.value();
  std::vector<float> original(latent.size());
  std::vector<float> new_noise(latent.size());
  for (int64_t i = run.begin; i < run.end; ++i) {
    const auto entry = static_cast<size_t>(i);
    const float alpha = plan.table.alphas_cumprod[entry];
    const float next_alpha = plan.table.next_alphas_cumprod[entry];
    const StepNetwork::Estimate e = network.estimate_at_alpha(latent, plan.table.timesteps[entry], alpha);
    // eq. 16: how much of the next noise is new
    const float deviation = static_cast<float>(
        eta == 0.0 ? 0.0 : eta * std::sqrt((1.0 - next_alpha) / (1.0 - alpha) * (1.0 - alpha / next_alpha)));
    if (deviation > 0.0f) draw_noise(run, new_noise);
    const float next_signal_scale = std::sqrt(next_alpha);
    const float next_noise_scale = std::sqrt(1.0f - next_alpha - deviation * deviation);
    for (size_t k = 0; k < latent.size(); ++k) {
      original[k] = std::clamp(e.original[k], -range, range);
      latent[k] = next_signal_scale * original[k] + next_noise_scale * e.noise[k];
    }
    if (deviation > 0.0f) {
      for (size_t k = 0; k < latent.size(); ++k) latent[k] += deviation * new_noise[k];
    }
    if (!network.finish(i, latent, original)) return false;
  }
  return true;
}

}  // namespace

const SamplerInfo kDdim = {.name = "ddim",
                           .aliases = {},
                           .scheduler_class = "DDIMScheduler",
                           .source = "diffusers 0.42.1",
                           .adopt = adopt,
                           .steps = steps,
                           .run = run};

}  // namespace redraw::ddim
