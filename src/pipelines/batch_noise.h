// The noise of several pictures that run as one batch.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "pipelines/latent_noise.h"

namespace redraw {

/// Each picture draws from generators of its own, as if it ran alone. Spans hold the latents of all pictures, one after
/// the other; shape is one picture's.
class BatchNoise {
 public:
  /// Throws Error(unknown_name).
  explicit BatchNoise(std::span<const NoiseRequest> requests);

  int64_t pictures() const { return std::ssize(pictures_); }

  void draw(const LatentShape& shape, std::span<float> out);
  void draw_start(const LatentShape& shape, std::span<float> out);
  /// For samplers; valid until the next call, as long as this lives.
  NoiseSource& steps(const LatentShape& shape);
  /// Empty where no picture's steps take increments of a Brownian path. Else valid as what steps() gives, for the same
  /// shape: the pictures that take none draw from there.
  LatentNoise::IntervalNoise intervals(const LatentShape& shape, double sigma_min, double sigma_max);
  const UniformSource& uniform(int64_t picture) const { return pictures_[static_cast<size_t>(picture)]->uniform(); }

 private:
  class StepSources;
  using OfPicture = std::function<void(LatentNoise& noise, std::span<float> out)>;
  void for_each(std::span<float> out, const OfPicture& work);

  std::vector<std::unique_ptr<LatentNoise>> pictures_;
  std::unique_ptr<StepSources> steps_;

 public:
  ~BatchNoise();
};

}  // namespace redraw
