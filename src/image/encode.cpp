#include "image/encode.h"

#include "base/error.h"
#include "image/png_chunks.h"
#include "image/start_pictures.h"
#include "image/vips_support.h"

namespace redraw {
namespace {

// Measured on one Zen 4 core, ms and kB: a soft 512x512 photo takes 26 (371) so, 160 (323) at level 6; a drawing
// enlarged to 512x512 6 (80) and 13 (64). Trying all five filters on every row costs a third more and saves nothing.
constexpr int kCompressionLevel = 2;

// Signature and IHDR: everything else may follow.
constexpr size_t kHeaderEnd = 8 + 12 + 13;

constexpr double kPixelsPerMillimetre = 72 / 25.4;

VipsImagePtr wrap(const Image& image) {
  VipsImage* plain = vips_image_new_from_memory(image.pixels.data(), image.pixels.size(), static_cast<int>(image.width),
                                                static_cast<int>(image.height), 3, VIPS_FORMAT_UCHAR);
  const VipsImagePtr holder(plain);
  VipsImage* tagged = nullptr;
  if (!plain || vips_copy(plain, &tagged, "interpretation", VIPS_INTERPRETATION_sRGB, "xres", kPixelsPerMillimetre,
                          "yres", kPixelsPerMillimetre, nullptr) != 0) {
    throw Error(Code::internal,
                "libvips does not take an image of " + size_text(image.width, image.height) + ": " + take_vips_error());
  }
  return VipsImagePtr(tagged);
}

}  // namespace

std::vector<std::byte> encode_png(const Image& image, const PngText& text) {
  const bool is_sound = image.width >= 1 && image.height >= 1 && image.width <= VIPS_MAX_COORD &&
                        image.height <= VIPS_MAX_COORD &&
                        image.pixels.size() == static_cast<size_t>(image.width * image.height * 3);
  if (!is_sound) {
    throw Error(Code::internal, "cannot encode an image of " + size_text(image.width, image.height) + " with " +
                                    std::to_string(image.pixels.size()) + " bytes");
  }
  start_pictures();
  const VipsImagePtr picture = wrap(image);
  void* buffer = nullptr;
  size_t bytes = 0;
  if (vips_pngsave_buffer(picture.get(), &buffer, &bytes, "compression", kCompressionLevel, "filter",
                          VIPS_FOREIGN_PNG_FILTER_PAETH, "strip", TRUE, nullptr) != 0) {
    throw Error(Code::internal, "the picture cannot be encoded as PNG: " + take_vips_error());
  }
  const GlibPtr<void> holder(buffer);
  const std::span encoded(static_cast<const std::byte*>(buffer), bytes);
  std::vector<std::byte> png(encoded.begin(), encoded.begin() + kHeaderEnd);
  // Not through libvips, which writes UTF-8 into tEXt, where readers expect Latin-1.
  for (const auto& [keyword, value] : text) append_png_text(png, keyword, value);
  png.insert(png.end(), encoded.begin() + kHeaderEnd, encoded.end());
  return png;
}

}  // namespace redraw
