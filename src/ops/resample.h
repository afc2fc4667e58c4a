// Moves values: nearest upsampling, joining channels.
#pragma once

#include "ops/backend.h"

namespace redraw {

/// [N, H, W, C] -> [N, height, width, C] (torch interpolate, "nearest", with a size). Throws Error(bad_size) if it
/// would shrink the map.
Tensor upsample_nearest(Backend& backend, const Tensor& x, int64_t height, int64_t width);

/// [..., A] and [..., B] -> [..., A + B]; the outer extents must agree.
Tensor concat_channels(Backend& backend, const Tensor& a, const Tensor& b);

}  // namespace redraw
