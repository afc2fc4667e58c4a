// Symmetry: half a latent mirrored onto the other, once, in the midst of a run.
#pragma once

#include <cstdint>
#include <span>

#include "diffusion/latent_shape.h"

namespace redraw {

/// The right half becomes the mirror image of the left one: each column x of it takes the values of column
/// width - 1 - x. A middle column stays. (InvokeAI 2.3's `--h_symmetry_time_pct`.)
/// Throws Error(internal) when the sizes do not fit.
void mirror_left_to_right(const LatentShape& shape, std::span<float> latent);

/// The same from the top half to the bottom one. (`--v_symmetry_time_pct`.)
void mirror_top_to_bottom(const LatentShape& shape, std::span<float> latent);

/// A latent is to be mirrored after a part `time` of its steps, in (0, 1]. Returns after which of the steps run
/// (0-based) that is: the first whose index over `steps` is not below `time`, but never the first of all, as InvokeAI
/// 2.3 counts. For a time above 1 - 1 / steps there is no such step. InvokeAI then did nothing; here it is the last
/// step. steps >= 1. Throws Error(out_of_range).
int64_t symmetry_step(double time, int64_t steps);

}  // namespace redraw
