// Perlin noise mixed into the noise of a picture: large soft shapes, which the network takes up as forms.
#pragma once

#include <span>

#include "diffusion/latent_shape.h"
#include "diffusion/noise_source.h"

namespace redraw {

/// noise = (1 - amount) * noise + amount * Perlin noise, in place, with a field of its own for each channel (InvokeAI's
/// `--perlin`). noise: standard normal, channels-last. A field is Perlin's (2002) over 8 x 8 cells, whatever the size
/// of the latent, with the fade 6 t^5 - 15 t^4 + 10 t^3, times sqrt(2). It lies within -1 ... 1, and is 0 at the
/// corners of the cells; a latent of 8 x 8 or less sees only those. Sides that are no multiple of 8 are rounded up for
/// the field, which is then cropped on the right and below, as InvokeAI 2.3 does; 2.2 refused them.
///
/// amount in [0, 1]: 0 changes nothing and draws nothing. 1 leaves Perlin noise alone, which is far weaker than the
/// noise that a network expects. Channel by channel, 81 angles are drawn from `uniform` (SeededStreams::uniform, after
/// the noise). Agrees with torch to 2e-6; its sines and cosines differ in the last bit.
///
/// Throws Error: out_of_range; internal when the sizes do not fit.
void mix_perlin_noise(double amount, const UniformSource& uniform, const LatentShape& shape, std::span<float> noise);

}  // namespace redraw
