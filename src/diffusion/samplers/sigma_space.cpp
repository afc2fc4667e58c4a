#include "diffusion/samplers/sigma_space.h"

#include <cmath>

namespace redraw {

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

SigmaDerivative::SigmaDerivative(const SamplingPlan& plan, const SamplerRun& run, size_t latent_size)
    : plan_(plan), run_(run), scaled_(latent_size), output_(latent_size), original_(latent_size) {}

void SigmaDerivative::evaluate(int64_t entry, std::span<const float> latent, std::span<float> derivative) {
  const float sigma = static_cast<float>(plan_.table.sigmas[static_cast<size_t>(entry)]);
  scale_model_input(latent, sigma, scaled_);
  run_.denoise(scaled_, plan_.table.timesteps[static_cast<size_t>(entry)], output_);
  predict_original(plan_.config.prediction_type, latent, output_, sigma, original_);
  // Not simply the output where that is the noise: the reference goes by way of the estimate, and so rounds.
  for (size_t i = 0; i < latent.size(); ++i) derivative[i] = (latent[i] - original_[i]) / sigma;
}

bool SigmaDerivative::report(int64_t entry, std::span<const float> latent) const {
  if (!run_.on_step) return true;
  return run_.on_step({.index = entry - run_.begin,
                       .count = plan_.table.steps() - run_.begin,
                       .timestep = plan_.table.timesteps[static_cast<size_t>(entry)],
                       .sigma = plan_.table.sigmas[static_cast<size_t>(entry)],
                       .latent = latent,
                       .predicted_original = original_});
}

}  // namespace redraw
