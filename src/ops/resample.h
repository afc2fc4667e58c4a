// Moving values about: nearest upsampling, joining channels.
#pragma once

#include "ops/backend.h"

namespace redraw {

/// [N, H, W, C] -> [N, 2H, 2W, C], each value four times (torch interpolate, scale_factor 2, "nearest").
Tensor upsample_nearest_2x(Backend& backend, const Tensor& x);

/// [..., A] and [..., B] -> [..., A + B]; the outer extents must agree.
Tensor concat_channels(Backend& backend, const Tensor& a, const Tensor& b);

}  // namespace redraw
