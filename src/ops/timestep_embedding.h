// Sinusoidal embedding of timesteps.
#pragma once

#include <span>

#include "tensor/tensor.h"

namespace redraw {

/// values [N] -> [N, width]: sines and cosines of value * 10000^(-i / (width/2 - freq_shift)), i = 0..width/2 - 1 (Ho
/// et al. 2020; diffusers get_timestep_embedding). flip_sin_to_cos puts the cosines first. An odd width ends in a zero.
/// These few numbers are computed on the host, in float32 as in the reference.
Tensor timestep_embedding(std::span<const float> values, int64_t width, bool flip_sin_to_cos, float freq_shift);

}  // namespace redraw
