// Any bytes as a picture file: an image that keeps its promises, or an Error. And as what a picture file holds beside
// its pixels, which mutated files rarely reach behind their checksums.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/error.h"
#include "image/decode/decode.h"
#include "image/decode/orientation_tag.h"
#include "image/png_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    const redraw::DecodedImage decoded = redraw::decode_image(bytes, "fuzz");
    const redraw::Image& image = decoded.image;
    const bool is_sound = image.width >= redraw::kMinPictureSide && image.height >= redraw::kMinPictureSide &&
                          image.width * image.height <= redraw::kMaxPicturePixels &&
                          image.pixels.size() == static_cast<size_t>(image.width * image.height * 3);
    if (!is_sound) std::abort();
  } catch (const redraw::Error&) {
  }
  try {
    redraw::read_png_text(bytes, "fuzz");
  } catch (const redraw::Error&) {
  }
  redraw::OrientationChoice orientation;
  orientation.offer_exif(bytes);
  orientation.offer_xmp(bytes);
  orientation.offer_exif(redraw::read_raw_profile(bytes));
  const auto& chosen = orientation.chosen();
  if (chosen && (chosen->value < 1 || chosen->value > 8)) std::abort();
  return 0;
}
