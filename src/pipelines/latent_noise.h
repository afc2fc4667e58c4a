// The noise of a run in our latents' layout: the start noise, and the noise that its sampler draws.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "diffusion/latent_shape.h"
#include "diffusion/seeded_streams.h"
#include "diffusion/variations.h"

namespace redraw {

/// The source of the noise that samplers draw in their steps.
enum class StepNoise {
  continued,  ///< the generator that drew the start goes on, as in diffusers' pipelines
  own,        ///< its own generator, seeded with the seed's 32 bits inverted, as in InvokeAI 3 and later
  brownian    ///< increments of one Brownian path of the seed (k-diffusion's default for its SDE samplers)
};

/// Everything that decides the noise of a run's start.
struct NoiseRequest {
  const NoiseSourceInfo* source = &noise_sources().front();
  uint64_t seed = 0;
  std::vector<Variation> variations = {};  ///< moves the start towards other seeds' noise (variations.h)
  double perlin = 0;                       ///< 0..1, share of Perlin noise in the start (perlin_noise.h)
  StepNoise step_noise = StepNoise::continued;
};

/// The generators of one run. Draws come in the reference's order: the posterior's noise if it is sampled, the start's,
/// the steps'. Numbers are drawn as [C, h, w] and stored as [h, w, C].
class LatentNoise {
 public:
  /// Throws Error(unknown_name).
  explicit LatentNoise(const NoiseRequest& request);

  /// Plain noise, the generator's next draw.
  void draw(const LatentShape& shape, std::span<float> out);
  /// The start noise, with Perlin noise and variations applied. Each variation's seed draws as a run with that seed
  /// alone would, after as many draws as this run has made before.
  void draw_start(const LatentShape& shape, std::span<float> out);
  /// For samplers; valid as long as this lives.
  NoiseSource& steps(const LatentShape& shape);
  /// For StepNoise::brownian: the path over the levels sigma_min > 0 to sigma_max. Empty for the others.
  using IntervalNoise = std::function<void(double sigma, double sigma_next, std::span<float> out)>;
  IntervalNoise intervals(const LatentShape& shape, double sigma_min, double sigma_max) const;
  /// Uniform numbers of the CPU's generator (latent_threshold.h).
  const UniformSource& uniform() const { return streams_.uniform; }

 private:
  class StepSource;

  NoiseRequest request_;
  SeededStreams streams_;
  std::vector<LatentShape> draws_before_;  ///< shapes of the draws made so far
  std::unique_ptr<NoiseSource> own_steps_;
  std::unique_ptr<StepSource> steps_;

 public:
  ~LatentNoise();
};

}  // namespace redraw
