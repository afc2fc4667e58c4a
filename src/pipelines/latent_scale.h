// The scale of latents in the middle of a run.
#pragma once

#include "diffusion/latent_shape.h"
#include "diffusion/step_table.h"
#include "tensor/tensor.h"

namespace redraw {

/// The shape of one picture of this size, in pixels.
LatentShape latent_shape(int64_t width, int64_t height, int64_t channels);
size_t elements(const LatentShape& shape);

/// How much larger the latent is at an entry of the table than the autoencoder's variance.
float scale_at(const StepTable& table, int64_t entry);

/// One picture's latent as [1, h, w, C], scaled to the variance that the autoencoder knows. In the middle of a run it
/// still carries noise. So samplers that keep the variance at 1 and samplers that let it grow with sigma look alike.
Tensor decodable(const LatentShape& shape, const StepTable& table, int64_t entry, std::span<const float> latent);

}  // namespace redraw
