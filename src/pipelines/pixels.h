// Converts pictures to the autoencoder's input, and back.
#pragma once

#include "image/image.h"
#include "tensor/tensor.h"

namespace redraw {

/// 8-bit RGB -> [1, H, W, 3] in [-1, 1]: 2 v / 255 - 1 in float32 (diffusers VaeImageProcessor).
Tensor tensor_of_image(MemoryPool& pool, const Image& image);

/// [1, H, W, 3] -> 8-bit RGB: x / 2 + 1/2, clamped to [0, 1], times 255, rounded to the nearest (ties to even).
Image image_of_tensor(const Tensor& pixels);

}  // namespace redraw
