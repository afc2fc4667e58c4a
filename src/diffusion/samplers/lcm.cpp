// Multistep consistency sampling (Luo et al. 2023, "Latent Consistency Models", Algorithm 2; diffusers 0.42.1
// LCMScheduler): an estimate of the picture, noised anew to the next level.
#include <algorithm>
#include <cmath>
#include <vector>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/distilled.h"

namespace redraw::lcm {
namespace {

StepTable steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  if (!uses_training_timesteps(config)) return alpha_step_table(config, schedule, n);
  StepTable table = distilled_step_table(config, schedule, n, "lcm");
  table.next_alphas_cumprod.assign(table.alphas_cumprod.begin() + 1, table.alphas_cumprod.end());
  table.next_alphas_cumprod.push_back(1.0f);
  table.sigmas.push_back(0.0);
  return table;
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  constexpr double kSigmaData = 0.5;
  StepNetwork network(plan, run, latent.size());
  const float range = plan.config.clip_sample.value() ? static_cast<float>(plan.config.clip_sample_range) : INFINITY;
  std::vector<float> denoised(latent.size());
  std::vector<float> noise(latent.size());
  for (int64_t i = run.begin; i < run.end; ++i) {
    const auto entry = static_cast<size_t>(i);
    const float next_alpha = plan.table.next_alphas_cumprod[entry];
    const double scaled_timestep = plan.table.timesteps[entry] * plan.config.timestep_scaling;
    const double spread = scaled_timestep * scaled_timestep + kSigmaData * kSigmaData;
    const auto latent_share = static_cast<float>(kSigmaData * kSigmaData / spread);       // c_skip
    const auto original_share = static_cast<float>(scaled_timestep / std::sqrt(spread));  // c_out
    const StepNetwork::Estimate e =
        network.estimate_at_alpha(latent, plan.table.timesteps[entry], plan.table.alphas_cumprod[entry]);
    for (size_t k = 0; k < latent.size(); ++k) {
      denoised[k] = original_share * std::clamp(e.original[k], -range, range) + latent_share * latent[k];
    }
    if (next_alpha < 1.0f) {
      draw_noise(run, noise);
      const float signal_scale = std::sqrt(next_alpha);
      const float noise_scale = std::sqrt(1.0f - next_alpha);
      for (size_t k = 0; k < latent.size(); ++k) latent[k] = signal_scale * denoised[k] + noise_scale * noise[k];
    } else {
      std::ranges::copy(denoised, latent.begin());
    }
    if (!network.finish(i, latent, denoised)) return false;
  }
  return true;
}

}  // namespace

const SamplerInfo kLcm = {.name = "lcm",
                          .aliases = {},
                          .scheduler_class = "LCMScheduler",
                          .source = "diffusers 0.42.1",
                          .draws_noise = true,
                          .adopt = adopt_for_distilled,
                          .steps = steps,
                          .run = run};

}  // namespace redraw::lcm
