#include "image/plot/canvas.h"

#include <algorithm>
#include <cmath>

namespace redraw {
namespace {

Rect within(Rect area, const Image& image) {
  const int64_t right = std::min(area.left + area.width, image.width);
  const int64_t bottom = std::min(area.top + area.height, image.height);
  area.left = std::max<int64_t>(area.left, 0);
  area.top = std::max<int64_t>(area.top, 0);
  area.width = std::max<int64_t>(right - area.left, 0);
  area.height = std::max<int64_t>(bottom - area.top, 0);
  return area;
}

uint8_t* pixel(Image& image, int64_t x, int64_t y) {
  return image.pixels.data() + (y * image.width + x) * 3;
}

}  // namespace

Canvas::Canvas(int64_t width, int64_t height, Rgb background) : image_{width, height, {}} {
  image_.pixels.resize(static_cast<size_t>(width * height * 3));
  fill({0, 0, width, height}, background);
}

void Canvas::fill(Rect area, Rgb colour) {
  const Rect inside = within(area, image_);
  for (int64_t y = inside.top; y < inside.top + inside.height; ++y) {
    uint8_t* to = pixel(image_, inside.left, y);
    for (int64_t x = 0; x < inside.width; ++x) to = std::ranges::copy(colour, to).out;
  }
}

void Canvas::frame(Rect area, Rgb colour) {
  fill({area.left, area.top, area.width, 1}, colour);
  fill({area.left, area.top + area.height - 1, area.width, 1}, colour);
  fill({area.left, area.top, 1, area.height}, colour);
  fill({area.left + area.width - 1, area.top, 1, area.height}, colour);
}

void Canvas::paste(const Image& image, int64_t left, int64_t top) {
  const Rect inside = within({left, top, image.width, image.height}, image_);
  for (int64_t y = inside.top; y < inside.top + inside.height; ++y) {
    const uint8_t* from = image.pixels.data() + ((y - top) * image.width + inside.left - left) * 3;
    std::copy_n(from, inside.width * 3, pixel(image_, inside.left, y));
  }
}

void Canvas::write(const TextMask& text, int64_t left, int64_t top, Rgb colour) {
  const int64_t ink_left = left + text.left;
  const int64_t ink_top = top + text.top;
  const Rect inside = within({ink_left, ink_top, text.width, text.height}, image_);
  for (int64_t y = inside.top; y < inside.top + inside.height; ++y) {
    for (int64_t x = inside.left; x < inside.left + inside.width; ++x) {
      blend(x, y, colour, text.coverage[static_cast<size_t>((y - ink_top) * text.width + x - ink_left)] / 255.0);
    }
  }
}

void Canvas::blend(int64_t x, int64_t y, Rgb colour, double share) {
  if (x < 0 || y < 0 || x >= image_.width || y >= image_.height) return;
  uint8_t* const to = pixel(image_, x, y);
  std::ranges::copy(mix({to[0], to[1], to[2]}, colour, share), to);
}

Rgb mix(Rgb from, Rgb to, double share) {
  Rgb mixed;
  for (size_t i = 0; i < 3; ++i) mixed[i] = static_cast<uint8_t>(std::lround(from[i] + (to[i] - from[i]) * share));
  return mixed;
}

}  // namespace redraw
