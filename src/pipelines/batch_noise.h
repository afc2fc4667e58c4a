// The noise of several pictures that run as one batch.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "pipelines/latent_noise.h"

namespace redraw {

/// Each picture draws from its own generators, as if it ran alone. Spans hold the latents of all pictures, one after
/// the other. shape is one picture's.
class BatchNoise {
 public:
  /// Throws Error(unknown_name).
  explicit BatchNoise(std::span<const NoiseRequest> requests);

  int64_t pictures() const { return std::ssize(pictures_); }

  void draw(const LatentShape& shape, std::span<float> out);
  void draw_start(const LatentShape& shape, std::span<float> out);
  /// For samplers. Valid until the next call and as long as this lives.
  NoiseSource& steps(const LatentShape& shape);
  /// Empty if no picture's steps take increments of a Brownian path. Otherwise valid like the result of steps(), for
  /// the same shape. Pictures without a path then draw their plain noise here.
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
