// DDIM (Song et al. 2021, eq. 12 with eta 0; diffusers 0.42.1 DDIMScheduler): deterministic, one network call a step.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "base/error.h"
#include "diffusion/sampler.h"

namespace redraw {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  config.timestep_spacing = config.timestep_spacing.value_or(TimestepSpacing::leading);
  config.set_alpha_to_one = config.set_alpha_to_one.value_or(true);
  config.clip_sample = config.clip_sample.value_or(true);
  config.sigma_rule = SigmaRule::model;
  config.interpolation_type = SigmaInterpolation::linear;
  config.final_sigmas_type = FinalSigma::zero;
  return config;
}

float final_alpha(const SchedulerConfig& config, const NoiseSchedule& schedule) {
  return config.set_alpha_to_one.value() ? 1.0f : schedule.alphas_cumprod.front();
}

StepTable steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  StepTable table;
  table.timesteps =
      spaced_timesteps(config.timestep_spacing.value(), config.num_train_timesteps, n, config.steps_offset);
  for (double& timestep : table.timesteps) {
    timestep = std::nearbyint(timestep);  // halves to even, as numpy's round
    if (timestep >= static_cast<double>(config.num_train_timesteps)) {
      throw Error(Code::out_of_range, "sampler ddim: " + std::to_string(n) + " steps and the model's steps_offset of " +
                                          std::to_string(config.steps_offset) + " lead to timestep " +
                                          std::to_string(static_cast<int64_t>(timestep)) + "; the model knows 0 to " +
                                          std::to_string(config.num_train_timesteps - 1) + ", so use fewer steps");
    }
    const float alpha = schedule.alphas_cumprod[static_cast<size_t>(timestep)];
    if (alpha == 0.0f && config.prediction_type == PredictionType::epsilon) {
      throw Error(Code::model_unsupported,
                  "sampler ddim: the model's noise reaches zero signal (rescale_betas_zero_snr), where prediction type "
                  "epsilon tells nothing of the picture; such a model must predict v_prediction or sample");
    }
    table.sigmas.push_back(std::sqrt((1.0f - alpha) / alpha));
    table.signal_scales.push_back(std::sqrt(alpha));
    table.noise_scales.push_back(std::sqrt(1.0f - alpha));
  }
  const float last = final_alpha(config, schedule);
  table.sigmas.push_back(std::sqrt((1.0f - last) / last));
  return table;
}

// Splits the network's output into its estimates of the clean latent and of the noise.
struct Estimate {
  float original;
  float noise;
};

Estimate estimate(PredictionType type, float latent, float output, float signal_scale, float noise_scale) {
  switch (type) {
    case PredictionType::epsilon:
      return {(latent - noise_scale * output) / signal_scale, output};
    case PredictionType::sample:
      return {output, (latent - signal_scale * output) / noise_scale};
    case PredictionType::v_prediction:
      break;
  }
  return {signal_scale * latent - noise_scale * output, signal_scale * output + noise_scale * latent};
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  const SchedulerConfig& config = plan.config;
  const StepTable& table = plan.table;
  // A step ends this far below its timestep, not on the next entry of the table: the two differ for spacings other
  // than leading, and the reference takes this one.
  const int64_t stride = config.num_train_timesteps / table.steps();
  const float range = config.clip_sample.value() ? static_cast<float>(config.clip_sample_range) : INFINITY;
  std::vector<float> output(latent.size());
  std::vector<float> original(latent.size());
  for (int64_t i = run.begin; i < table.steps(); ++i) {
    const size_t entry = static_cast<size_t>(i);
    run.denoise(latent, table.timesteps[entry], output);

    const int64_t next = static_cast<int64_t>(table.timesteps[entry]) - stride;
    const float next_alpha =
        next >= 0 ? plan.schedule.alphas_cumprod[static_cast<size_t>(next)] : final_alpha(config, plan.schedule);
    const float next_signal_scale = std::sqrt(next_alpha);
    const float next_noise_scale = std::sqrt(1.0f - next_alpha);
    for (size_t k = 0; k < latent.size(); ++k) {
      const Estimate e =
          estimate(config.prediction_type, latent[k], output[k], table.signal_scales[entry], table.noise_scales[entry]);
      original[k] = std::clamp(e.original, -range, range);
      latent[k] = next_signal_scale * original[k] + next_noise_scale * e.noise;
    }

    const StepInfo info = {.index = i - run.begin,
                           .count = table.steps() - run.begin,
                           .timestep = table.timesteps[entry],
                           .sigma = table.sigmas[entry],
                           .latent = latent,
                           .predicted_original = original};
    if (run.on_step && !run.on_step(info)) return false;
  }
  return true;
}

}  // namespace

extern const SamplerInfo kDdim;
const SamplerInfo kDdim = {
    .name = "ddim", .aliases = {}, .scheduler_class = "DDIMScheduler", .adopt = adopt, .steps = steps, .run = run};

}  // namespace redraw
