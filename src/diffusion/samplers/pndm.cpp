// Pseudo linear multistep, PLMS (Liu et al. 2022, "Pseudo Numerical Methods for Diffusion Models on Manifolds";
// diffusers 0.42.1 PNDMScheduler with skip_prk_steps, as the configs of Stable Diffusion have it).
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "diffusion/samplers/adams_bashforth.h"
#include "diffusion/samplers/network.h"

namespace redraw {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  config.timestep_spacing = config.timestep_spacing.value_or(TimestepSpacing::leading);
  config.set_alpha_to_one = config.set_alpha_to_one.value_or(false);
  config.rescale_betas_zero_snr = false;
  config.sigma_rule = SigmaRule::model;
  return config;
}

// The first step is taken twice, the second time with the mean of its two ends: so the second entry stands twice.
void repeat_second_entry(StepTable& table) {
  const auto repeat = [](auto& values) {
    if (values.size() > 1) values.insert(values.begin() + 1, values[1]);
  };
  if (table.steps() < 2) return;
  repeat(table.timesteps);
  repeat(table.sigmas);
  repeat(table.alphas_cumprod);
  repeat(table.next_alphas_cumprod);
  repeat(table.signal_scales);
  repeat(table.noise_scales);
  table.repeated_entries = 1;
}

StepTable steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  StepTable table;
  if (uses_training_timesteps(config)) {
    table = whole_timestep_table(config, schedule, n, "pndm");
    const float final_alpha = config.set_alpha_to_one.value() ? 1.0f : schedule.alphas_cumprod.front();
    for (double timestep : table.timesteps) {
      const int64_t next = static_cast<int64_t>(timestep) - config.num_train_timesteps / n;
      table.next_alphas_cumprod.push_back(next >= 0 ? schedule.alphas_cumprod[static_cast<size_t>(next)] : final_alpha);
    }
    table.sigmas.push_back(std::sqrt((1.0f - final_alpha) / final_alpha));
  } else {
    table = alpha_step_table(config, schedule, n);
  }
  repeat_second_entry(table);
  return table;
}

// alpha_cumprod where the step began that ends at this entry.
float alpha_before(const SamplingPlan& plan, int64_t entry) {
  const double timestep = plan.table.timesteps[static_cast<size_t>(entry)];
  if (uses_training_timesteps(plan.config)) {
    const int64_t stride = plan.config.num_train_timesteps / (plan.table.steps() - plan.table.repeated_entries);
    const int64_t before = static_cast<int64_t>(timestep) + stride;
    return plan.schedule.alphas_cumprod[static_cast<size_t>(std::min(before, plan.config.num_train_timesteps - 1))];
  }
  while (entry > 0 && plan.table.timesteps[static_cast<size_t>(entry)] == timestep) --entry;
  return plan.table.alphas_cumprod[static_cast<size_t>(entry)];
}

// eq. 11: from alpha to next_alpha along `noise`, which need not be the network's own answer.
float transfer(float latent, float noise, float alpha, float next_alpha) {
  const float latent_share = std::sqrt(next_alpha / alpha);
  const float divisor = alpha * std::sqrt(1.0f - next_alpha) + std::sqrt(alpha * (1.0f - alpha) * next_alpha);
  return latent_share * latent - (next_alpha - alpha) * noise / divisor;
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  AdamsBashforth history;
  std::vector<float> before(latent.begin(), latent.end());  // the latent that the first step began with
  std::vector<float> original(latent.size());
  for (int64_t i = run.begin; i < run.end; ++i) {
    const auto entry = static_cast<size_t>(i);
    const bool repeats_first_step = i == run.begin + 1;
    const std::span<const float> output = network.output_at(latent, plan.table.timesteps[entry]);
    if (!repeats_first_step) history.push(output);
    // A run that begins in the middle of the table takes its second entry for the repeated one all the same, as the
    // reference does: there it is a level of its own, which the run thus skips (docs/image-to-image.md).
    const float alpha = repeats_first_step ? alpha_before(plan, i) : plan.table.alphas_cumprod[entry];
    const float next_alpha =
        repeats_first_step ? plan.table.alphas_cumprod[entry] : plan.table.next_alphas_cumprod[entry];
    const float signal_scale = std::sqrt(alpha);
    const float noise_scale = std::sqrt(1.0f - alpha);
    for (size_t k = 0; k < latent.size(); ++k) {
      const float from = repeats_first_step ? before[k] : latent[k];
      float noise = repeats_first_step ? (output[k] + history.newest()[k]) / 2.0f : history.at(k);
      if (plan.config.prediction_type == PredictionType::v_prediction) {
        noise = signal_scale * noise + noise_scale * from;
      } else if (plan.config.prediction_type == PredictionType::sample) {
        noise = (from - signal_scale * noise) / noise_scale;
      }
      original[k] = (from - noise_scale * noise) / signal_scale;
      latent[k] = transfer(from, noise, alpha, next_alpha);
    }
    if (!network.finish(i, latent, original)) return false;
  }
  return true;
}

constexpr auto kAliases = std::to_array<std::string_view>({"plms"});

}  // namespace

extern const SamplerInfo kPndm;
const SamplerInfo kPndm = {.name = "pndm",
                           .aliases = kAliases,
                           .scheduler_class = "PNDMScheduler",
                           .source = "diffusers 0.42.1",
                           .adopt = adopt,
                           .steps = steps,
                           .run = run};

}  // namespace redraw
