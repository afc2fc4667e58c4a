#include "pipelines/pixels.h"

#include <algorithm>
#include <cmath>

namespace redraw {

Tensor tensor_of_image(MemoryPool& pool, const Image& image) {
  Tensor pixels(pool, {1, image.height, image.width, 3});
  std::transform(image.pixels.begin(), image.pixels.end(), pixels.data(),
                 [](uint8_t v) { return 2.0f * (static_cast<float>(v) / 255.0f) - 1.0f; });
  return pixels;
}

Image image_of_tensor(const Tensor& pixels) {
  Image image{.width = pixels.dim(2), .height = pixels.dim(1), .pixels = {}};
  image.pixels.resize(static_cast<size_t>(pixels.elements()));
  std::transform(pixels.values().begin(), pixels.values().end(), image.pixels.begin(), [](float x) {
    return static_cast<uint8_t>(std::nearbyint(std::clamp(x * 0.5f + 0.5f, 0.0f, 1.0f) * 255.0f));
  });
  return image;
}

}  // namespace redraw
