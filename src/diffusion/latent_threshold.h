// Limits on the values of a latent: the two rules of InvokeAI's `--threshold`, against colours that run away at high
// guidance.
#pragma once

#include <span>

#include "diffusion/latent_shape.h"
#include "diffusion/noise_source.h"

namespace redraw {

inline constexpr double kMaxThreshold = 1000;  ///< more than any latent reaches

/// The rule of InvokeAI 2.3, for the latent after each step, whatever the sampler.
/// threshold 0 to kMaxThreshold, 0 is off; a latent of Stable Diffusion lies mostly within -4 ... 4. progress in [0,
/// 1]: the index of the step over the number of steps run, so 0 after the first. Within the first fifth the limit is
/// higher, threshold * (1 + 5 * (1 - progress / 0.2)). Where the largest value is beyond the limit, all values above
/// top = min(max(0.7 * largest, 1), limit) become uniform random ones in [0, top). They are drawn from `uniform` at
/// once, in the reference's order of the latent. Then the same happens below zero. Returns how many values were
/// replaced. Throws Error: out_of_range; internal when the sizes do not fit.
int64_t replace_beyond_threshold(double threshold, double progress, const UniformSource& uniform,
                                 const LatentShape& shape, std::span<float> latent);

/// The rule of InvokeAI 2.0 to 2.2.5, for the guided prediction of the clean latent in its k_ samplers: a limit that is
/// eased in. It never reached image-to-image there.
/// threshold 0 to kMaxThreshold, 0 is off. steps >= 1: how many are run. call >= 0: how often the network was called
/// before. With warm_up = max(0.8 * steps, steps - 10) and n = max(warm_up / 10, 1) + call, the limit is threshold from
/// n = warm_up on. Before, it is min(max(1 + (threshold - 1) * n / warm_up, 1), threshold). Throws Error(out_of_range).
double eased_in_limit(double threshold, int64_t steps, int64_t call);

/// Clamps to -bottom ... top: top is min(max(0.7 * largest, 1), limit) where the largest value is beyond the limit, and
/// the largest itself elsewhere; bottom likewise. limit 0 to kMaxThreshold; 0 is off. Throws Error(out_of_range).
void clamp_to_limit(double limit, std::span<float> prediction);

}  // namespace redraw
