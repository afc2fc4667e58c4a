// Changes a latent after the steps (InvokeAI 2.3's effects, in every sampler).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "diffusion/latent_shape.h"
#include "diffusion/noise_source.h"

namespace redraw {

struct LatentEffects {
  double threshold = 0;                   ///< >= 0, 0 is off; see latent_threshold.h
  std::optional<double> h_symmetry = {};  ///< in (0, 1]: after this share of the steps the left half is mirrored
  std::optional<double> v_symmetry = {};  ///< the same for the top half
};

/// Throws Error: not_a_number, out_of_range.
void check_effects(const LatentEffects& effects);

/// The effects on one picture's latent during a pass.
class EffectsAtWork {
 public:
  /// uniform: the picture's own numbers; must outlive the object.
  EffectsAtWork(const LatentEffects& effects, const LatentShape& shape, const UniformSource& uniform)
      : effects_(effects), shape_(shape), uniform_(&uniform) {}

  /// Call after step `index` of `count`. count may be an estimate (SamplerInfo::chooses_its_levels). scale: see
  /// latent_scale.h. The threshold applies in the scale that the network sees. So it means the same in samplers whose
  /// latents grow with sigma.
  void apply(int64_t index, int64_t count, float scale, std::span<float> latent);

 private:
  void mirror_once(const std::optional<double>& time, bool& is_done, int64_t index, int64_t count,
                   void (*mirror)(const LatentShape&, std::span<float>), std::span<float> latent) const;

  LatentEffects effects_;
  LatentShape shape_;
  const UniformSource* uniform_;
  bool is_mirrored_h_ = false;
  bool is_mirrored_v_ = false;
};

}  // namespace redraw
