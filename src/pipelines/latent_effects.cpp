#include "pipelines/latent_effects.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "diffusion/latent_symmetry.h"
#include "diffusion/latent_threshold.h"

namespace redraw {

void check_effects(const LatentEffects& effects) {
  if (std::isnan(effects.threshold)) throw Error(Code::not_a_number, "threshold is not a number");
  if (effects.threshold < 0) throw Error(Code::out_of_range, "threshold must be 0 (off) or more");
  for (const std::optional<double>& time : {effects.h_symmetry, effects.v_symmetry}) {
    if (time) (void)symmetry_step(*time, 1);
  }
}

void EffectsAtWork::apply(int64_t index, int64_t count, float scale, std::span<float> latent) {
  if (effects_.threshold > 0) {
    const double progress = std::min(1.0, static_cast<double>(index) / static_cast<double>(count));
    for (float& x : latent) x /= scale;
    replace_beyond_threshold(effects_.threshold, progress, *uniform_, shape_, latent);
    for (float& x : latent) x *= scale;
  }
  mirror_once(effects_.h_symmetry, is_mirrored_h_, index, count, mirror_left_to_right, latent);
  mirror_once(effects_.v_symmetry, is_mirrored_v_, index, count, mirror_top_to_bottom, latent);
}

void EffectsAtWork::mirror_once(const std::optional<double>& time, bool& is_done, int64_t index, int64_t count,
                                void (*mirror)(const LatentShape&, std::span<float>), std::span<float> latent) const {
  if (!time || is_done || index < symmetry_step(*time, count)) return;
  mirror(shape_, latent);
  is_done = true;
}

}  // namespace redraw
