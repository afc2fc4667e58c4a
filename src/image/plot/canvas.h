// Filling, pasting and lettering on an image.
#pragma once

#include <array>
#include <cstdint>

#include "image/image.h"
#include "image/plot/text_mask.h"

namespace redraw {

using Rgb = std::array<uint8_t, 3>;

struct Rect {
  int64_t left = 0;
  int64_t top = 0;
  int64_t width = 0;
  int64_t height = 0;
};

/// Everything drawn is cut at the image's edges.
class Canvas {
 public:
  Canvas(int64_t width, int64_t height, Rgb background);

  void fill(Rect area, Rgb colour);
  /// One pixel wide, just inside the area.
  void frame(Rect area, Rgb colour);
  void paste(const Image& image, int64_t left, int64_t top);
  /// The box of the line of text has its left upper corner at (left, top).
  void write(const TextMask& text, int64_t left, int64_t top, Rgb colour);

  /// One pixel: share of the colour, 0 to 1, over what is there.
  void blend(int64_t x, int64_t y, Rgb colour, double share);

  const Image& image() const { return image_; }
  Image take() && { return std::move(image_); }

 private:
  Image image_;
};

/// from + (to - from) * share, share in 0..1.
Rgb mix(Rgb from, Rgb to, double share);

}  // namespace redraw
