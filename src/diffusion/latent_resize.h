// A latent brought to another size, between the two passes of the high-resolution fix.
#pragma once

#include <span>
#include <vector>

#include "diffusion/latent_shape.h"

namespace redraw {

/// Bilinear, pixel centres at halves (torch.nn.functional.interpolate, align_corners=False, which InvokeAI's
/// `--hires_fix` uses): no smoothing when it shrinks. Throws Error(internal) when the size does not fit.
std::vector<float> resize_latent(std::span<const float> latent, const LatentShape& from, const LatentShape& to);

}  // namespace redraw
