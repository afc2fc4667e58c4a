#include "pipelines/start.h"

#include <algorithm>
#include <cmath>

#include "pipelines/latent_scale.h"
#include "pipelines/part_of.h"

namespace redraw {

std::vector<float> clean_latents(const ModelSpec& model, const EncodedPicture& picture, bool draws_from_posterior,
                                 const LatentShape& shape, BatchNoise& noise) {
  const size_t size = elements(shape);
  std::vector<float> latents(size * static_cast<size_t>(noise.pictures()));
  if (!draws_from_posterior) {
    const Tensor mean = scaled_mean(model, picture);
    for (int64_t i = 0; i < noise.pictures(); ++i) {
      std::ranges::copy(mean.values(), part_of(std::span(latents), i, noise.pictures()).begin());
    }
    return latents;
  }
  noise.draw(shape, latents);
  const auto factor = static_cast<float>(model.vae.scaling_factor);
  for (size_t i = 0; i < latents.size(); ++i) {
    const size_t at = i % size;
    latents[i] = (picture.mean.data()[at] + std::exp(0.5f * picture.logvar.data()[at]) * latents[i]) * factor;
  }
  return latents;
}

std::vector<float> start_latents(const RunPlan& plan, const LatentShape& shape, std::span<const float> clean,
                                 BatchNoise& noise) {
  std::vector<float> drawn(elements(shape) * static_cast<size_t>(noise.pictures()));
  std::vector<float> latents(drawn.size());
  noise.draw_start(shape, drawn);
  if (clean.empty()) {
    start_from_noise(plan.table(), drawn, latents);
  } else {
    add_noise(plan.table(), plan.noised, clean, drawn, latents);
  }
  return latents;
}

}  // namespace redraw
