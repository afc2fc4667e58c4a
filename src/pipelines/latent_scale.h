// The scale of latents in the midst of a run.
#pragma once

#include "diffusion/latent_shape.h"
#include "diffusion/step_table.h"
#include "tensor/tensor.h"

namespace redraw {

/// Of one picture of this size, in pixels.
LatentShape latent_shape(int64_t width, int64_t height, int64_t channels);
size_t elements(const LatentShape& shape);

/// How much larger than the autoencoder's variance the latent at an entry of the table is.
float scale_at(const StepTable& table, int64_t entry);

/// One picture's latent as [1, h, w, C], brought to the variance that the autoencoder knows: in the midst of a run it
/// carries noise. So samplers which keep the variance at 1 and those which let it grow with sigma look alike.
Tensor decodable(const LatentShape& shape, const StepTable& table, int64_t entry, std::span<const float> latent);

}  // namespace redraw
