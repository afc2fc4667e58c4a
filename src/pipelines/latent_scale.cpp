#include "pipelines/latent_scale.h"

#include <cmath>

namespace redraw {

LatentShape latent_shape(int64_t width, int64_t height, int64_t channels) {
  return {.height = height / 8, .width = width / 8, .channels = channels};
}

size_t elements(const LatentShape& shape) {
  return static_cast<size_t>(shape.height * shape.width * shape.channels);
}

float scale_at(const StepTable& table, int64_t entry) {
  if (entry >= table.steps()) return 1.0f;
  const float signal = table.signal_scales[static_cast<size_t>(entry)];
  const float noise = table.noise_scales[static_cast<size_t>(entry)];
  return std::sqrt(signal * signal + noise * noise);
}

Tensor decodable(const LatentShape& shape, const StepTable& table, int64_t entry, std::span<const float> latent) {
  Tensor scaled = Tensor::from({1, shape.height, shape.width, shape.channels}, latent);
  const float scale = scale_at(table, entry);
  for (float& x : scaled.values()) x /= scale;
  return scaled;
}

}  // namespace redraw
