// Pictures made in memory for the tests of this level.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <gtest/gtest.h>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "image/image.h"
#include "image/start_pictures.h"
#include "image/vips_support.h"
#include "support/error_of.h"

namespace redraw {

using FileBytes = std::vector<std::byte>;

/// No symmetry of any kind: red grows to the right, green downwards, blue is a checker of 5x3.
inline Image gradient(int64_t width, int64_t height) {
  Image image = {width, height, {}};
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      image.pixels.push_back(static_cast<uint8_t>(x * 255 / std::max<int64_t>(width - 1, 1)));
      image.pixels.push_back(static_cast<uint8_t>(y * 255 / std::max<int64_t>(height - 1, 1)));
      image.pixels.push_back(((x / 5) + (y / 3)) % 2 == 0 ? 200 : 40);
    }
  }
  return image;
}

inline Image flat(int64_t width, int64_t height, uint8_t red, uint8_t green, uint8_t blue) {
  Image image = {width, height, {}};
  for (int64_t i = 0; i < width * height; ++i) image.pixels.insert(image.pixels.end(), {red, green, blue});
  return image;
}

/// A libvips image with a copy of the samples.
template <typename Sample>
VipsImagePtr vips_image(const std::vector<Sample>& samples, int64_t width, int64_t height, int bands,
                        VipsInterpretation interpretation) {
  start_pictures();
  const auto format = sizeof(Sample) == 1 ? VIPS_FORMAT_UCHAR : VIPS_FORMAT_USHORT;
  const VipsImagePtr plain(vips_image_new_from_memory_copy(samples.data(), samples.size() * sizeof(Sample),
                                                           static_cast<int>(width), static_cast<int>(height), bands,
                                                           format));
  VipsImage* tagged = nullptr;
  if (!plain || vips_copy(plain.get(), &tagged, "interpretation", interpretation, nullptr) != 0) std::abort();
  return VipsImagePtr(tagged);
}

inline VipsImagePtr vips_image(const Image& image) {
  return vips_image(image.pixels, image.width, image.height, 3, VIPS_INTERPRETATION_sRGB);
}

/// Runs a libvips saver: save([&](void** data, size_t* bytes) { return vips_pngsave_buffer(...); }).
inline FileBytes save(const std::function<int(void**, size_t*)>& saver) {
  void* data = nullptr;
  size_t bytes = 0;
  if (saver(&data, &bytes) != 0) {
    ADD_FAILURE() << take_vips_error();
    return {};
  }
  const GlibPtr<void> holder(data);
  const auto* const first = static_cast<const std::byte*>(data);
  return {first, first + bytes};
}

inline FileBytes save_png(VipsImage* image) {
  return save([&](void** data, size_t* bytes) { return vips_pngsave_buffer(image, data, bytes, nullptr); });
}

inline FileBytes save_jpeg(VipsImage* image, bool is_progressive = false) {
  return save([&](void** data, size_t* bytes) {
    return vips_jpegsave_buffer(image, data, bytes, "Q", 95, "interlace", is_progressive, "subsample_mode",
                                VIPS_FOREIGN_SUBSAMPLE_OFF, nullptr);
  });
}

inline FileBytes save_webp(VipsImage* image) {
  return save(
      [&](void** data, size_t* bytes) { return vips_webpsave_buffer(image, data, bytes, "lossless", TRUE, nullptr); });
}

inline int largest_difference(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height || a.pixels.size() != b.pixels.size()) return 256;
  int largest = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  return largest;
}

/// Peak signal-to-noise ratio in dB; infinite for equal images, 0 for different sizes.
inline double psnr(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height || a.pixels.size() != b.pixels.size()) return 0.0;
  double sum = 0.0;
  for (size_t i = 0; i < a.pixels.size(); ++i) sum += std::pow(a.pixels[i] - b.pixels[i], 2);
  if (sum == 0.0) return std::numeric_limits<double>::infinity();
  return 10.0 * std::log10(255.0 * 255.0 * static_cast<double>(a.pixels.size()) / sum);
}

inline std::vector<uint8_t> pixel_at(const Image& image, int64_t x, int64_t y) {
  const auto first = image.pixels.begin() + (y * image.width + x) * 3;
  return {first, first + 3};
}

/// Quality 95 without chroma subsampling: the edges of a checker ring by this much.
inline constexpr double kJpegPsnr = 35.0;

}  // namespace redraw
