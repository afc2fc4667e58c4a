#include "diffusion/solver/network.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace redraw {

StepNetwork::StepNetwork(const SamplingPlan& plan, const SamplerRun& run, size_t latent_size)
    : plan_(plan),
      run_(run),
      log_sigmas_(finite_log_sigmas(plan.schedule)),
      scaled_(latent_size),
      output_(latent_size),
      original_(latent_size),
      noise_(latent_size) {
  if (plan.sampler->needs_unconditional) {
    unconditional_.resize(latent_size);
    unconditional_original_.resize(latent_size);
  }
}

std::span<const float> StepNetwork::original_at_sigma(std::span<const float> latent, double timestep, float sigma) {
  scale_model_input(latent, sigma, scaled_);
  run_.denoise({.x = scaled_, .timestep = timestep, .output = output_, .unconditional = unconditional_});
  predict_original(plan_.config.prediction_type, latent, output_, sigma, original_);
  if (!unconditional_.empty()) {
    predict_original(plan_.config.prediction_type, latent, unconditional_, sigma, unconditional_original_);
  }
  return original_;
}

std::span<const float> StepNetwork::original_at_entry(std::span<const float> latent, int64_t entry) {
  const auto at = static_cast<size_t>(entry);
  return original_at_sigma(latent, plan_.table.timesteps[at], static_cast<float>(plan_.table.sigmas[at]));
}

std::span<const float> StepNetwork::output_at(std::span<const float> latent, double timestep) {
  run_.denoise({.x = latent, .timestep = timestep, .output = output_, .unconditional = unconditional_});
  return output_;
}

StepNetwork::Estimate StepNetwork::estimate_at_alpha(std::span<const float> latent, double timestep, float alpha) {
  return estimate_at_scales(latent, timestep, std::sqrt(alpha), std::sqrt(1.0f - alpha));
}

StepNetwork::Estimate StepNetwork::estimate_at_scales(std::span<const float> latent, double timestep,
                                                      float signal_scale, float noise_scale) {
  output_at(latent, timestep);
  for (size_t i = 0; i < latent.size(); ++i) {
    switch (plan_.config.prediction_type) {
      case PredictionType::epsilon:
        original_[i] = (latent[i] - noise_scale * output_[i]) / signal_scale;
        noise_[i] = output_[i];
        break;
      case PredictionType::sample:
        original_[i] = output_[i];
        noise_[i] = (latent[i] - signal_scale * output_[i]) / noise_scale;
        break;
      case PredictionType::v_prediction:
        original_[i] = signal_scale * latent[i] - noise_scale * output_[i];
        noise_[i] = signal_scale * output_[i] + noise_scale * latent[i];
        break;
    }
  }
  return {original_, noise_};
}

bool StepNetwork::finish(int64_t entry, std::span<float> latent, std::span<const float> original) {
  return finish({.index = entry - run_.begin,
                 .count = run_.end_of(plan_.table) - run_.begin,
                 .timestep = plan_.table.timesteps[static_cast<size_t>(entry)],
                 .sigma = plan_.table.sigmas[static_cast<size_t>(entry)],
                 .latent = {},
                 .predicted_original = {}},
                latent, original);
}

bool StepNetwork::finish(StepInfo step, std::span<float> latent, std::span<const float> original) {
  if (run_.after_step) run_.after_step(step.index, step.count, latent);
  if (!run_.on_step) return true;
  step.latent = latent;
  step.predicted_original = original.empty() ? std::span<const float>(original_) : original;
  return run_.on_step(step);
}

void scale_model_input(std::span<const float> latent, float sigma, std::span<float> scaled) {
  const float divisor = std::sqrt(sigma * sigma + 1.0f);
  for (size_t i = 0; i < latent.size(); ++i) scaled[i] = latent[i] / divisor;
}

void predict_original(PredictionType type, std::span<const float> latent, std::span<const float> output, float sigma,
                      std::span<float> original) {
  switch (type) {
    case PredictionType::epsilon:
      for (size_t i = 0; i < latent.size(); ++i) original[i] = latent[i] - sigma * output[i];
      break;
    case PredictionType::v_prediction: {
      const float variance = sigma * sigma + 1.0f;
      const float output_scale = -sigma / std::sqrt(variance);
      for (size_t i = 0; i < latent.size(); ++i) original[i] = output[i] * output_scale + latent[i] / variance;
      break;
    }
    case PredictionType::sample:
      for (size_t i = 0; i < latent.size(); ++i) original[i] = output[i];
      break;
  }
}

void euler_step(std::span<const float> original, float sigma, float sigma_next, std::span<float> latent) {
  const float step = sigma_next - sigma;
  // Not simply the output where that is the noise: the references go by way of the estimate, and so round.
  for (size_t i = 0; i < latent.size(); ++i) latent[i] += (latent[i] - original[i]) / sigma * step;
}

void add_scaled(std::span<const float> noise, float scale, std::span<float> latent) {
  for (size_t i = 0; i < latent.size(); ++i) latent[i] += noise[i] * scale;
}

void draw_noise(const SamplerRun& run, std::span<float> out) {
  if (run.noise == nullptr) throw Error(Code::internal, "sampler: it draws noise and was given no source of it");
  run.noise->normal(out);
}

void draw_interval_noise(const SamplerRun& run, double sigma, double sigma_next, std::span<float> out) {
  if (run.interval_noise) {
    run.interval_noise(sigma, sigma_next, out);
  } else {
    draw_noise(run, out);
  }
}

SchedulerConfig adopt_for_sigmas(SchedulerConfig config) {
  config.timestep_spacing = config.timestep_spacing.value_or(TimestepSpacing::linspace);
  config.rescale_betas_zero_snr = false;
  config.interpolation_type = SigmaInterpolation::linear;
  config.final_sigmas_type = FinalSigma::zero;
  return config;
}

StepTable sigma_steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  return sigma_step_table(config, schedule, n);
}

AncestralStep ancestral_step(double sigma, double sigma_next, double eta) {
  // In float32, whose last bits the reference's own steps carry.
  const auto from = static_cast<float>(sigma);
  const auto to = static_cast<float>(sigma_next);
  const float up = std::min(to, static_cast<float>(eta) * std::sqrt(to * to * (from * from - to * to) / (from * from)));
  const float down = std::sqrt(to * to - up * up);
  // A step of more than some four thousandfold leaves nothing of the difference; in full precision it is this.
  if (down == 0.0f && to > 0.0f && eta == 1.0) return {.sigma_down = to * to / from, .sigma_up = up};
  return {.sigma_down = down, .sigma_up = up};
}

}  // namespace redraw
