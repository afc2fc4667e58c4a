#include "image/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/named_rows.h"
#include "image/resize.h"

namespace redraw {
namespace {

constexpr auto kFitModes = std::to_array<FitModeInfo>({
    {FitMode::contain, "contain", "scale to lie inside the size, ratio kept; may come out smaller on one side"},
    {FitMode::cover, "cover", "scale to cover the size, ratio kept; cut off what stands out"},
    {FitMode::stretch, "stretch", "scale to exactly the size, ratio not kept"},
    {FitMode::pad, "pad", "scale to lie inside the size, then fill up with the picture mirrored at its edges"},
});

constexpr int64_t kMaxScaledPixels = kMaxSide * kMaxSide;  // of what cover cuts the target from

std::string text(Size size) {
  return size_text(size.width, size.height);
}

double square(double value) {
  return value * value;
}

double quotient(int64_t a, int64_t b) {
  return static_cast<double>(a) / static_cast<double>(b);
}

// scale * side as the nearest multiple of step, at most `limit`.
int64_t scaled_side(int64_t side, double scale, int64_t step, int64_t limit) {
  const double steps = static_cast<double>(side) * scale / static_cast<double>(step);
  return std::min(static_cast<int64_t>(std::llround(steps)) * step, limit);
}

// The size inside the target that keeps the picture's ratio as well as multiples of `step` allow.
Size contained_size(Size picture, Size target, int64_t step) {
  const double scale = std::min(quotient(target.width, picture.width), quotient(target.height, picture.height));
  const Size inside = {scaled_side(picture.width, scale, step, target.width),
                       scaled_side(picture.height, scale, step, target.height)};
  if (inside.width == 0 || inside.height == 0) {
    throw Error(Code::bad_size, "a picture of " + text(picture) + " is too narrow to be scaled into " + text(target) +
                                    " with its ratio kept; fit it with cover or stretch, or cut it first");
  }
  return inside;
}

Image cut_out(const Image& image, Size size, int64_t left, int64_t top) {
  Image part = {size.width, size.height, {}};
  part.pixels.reserve(static_cast<size_t>(size.width * size.height * 3));
  for (int64_t y = 0; y < size.height; ++y) {
    const auto row = image.pixels.begin() + ((top + y) * image.width + left) * 3;
    part.pixels.insert(part.pixels.end(), row, row + size.width * 3);
  }
  return part;
}

// Index into 0..size-1 of a position before, in or after it, the row of pixels being mirrored at both its edges again
// and again: ... 1 0 | 0 1 2 | 2 1 ...
int64_t mirrored(int64_t position, int64_t size) {
  const int64_t period = 2 * size;
  const int64_t inside = ((position % period) + period) % period;
  return inside < size ? inside : period - 1 - inside;
}

Image pad_mirrored(const Image& image, Size size, int64_t left, int64_t top) {
  Image padded = {size.width, size.height, {}};
  padded.pixels.resize(static_cast<size_t>(size.width * size.height * 3));
  uint8_t* to = padded.pixels.data();
  for (int64_t y = 0; y < size.height; ++y) {
    const uint8_t* const row = image.pixels.data() + mirrored(y - top, image.height) * image.width * 3;
    for (int64_t x = 0; x < size.width; ++x, to += 3) std::copy_n(row + mirrored(x - left, image.width) * 3, 3, to);
  }
  return padded;
}

Fitted fit_cover(const Image& image, Size target, const std::function<void()>& between_rows) {
  const double scale = std::max(quotient(target.width, image.width), quotient(target.height, image.height));
  const Size scaled = {
      std::max(scaled_side(image.width, scale, 1, std::numeric_limits<int64_t>::max()), target.width),
      std::max(scaled_side(image.height, scale, 1, std::numeric_limits<int64_t>::max()), target.height)};
  if (scaled.width * scaled.height > kMaxScaledPixels) {
    throw Error(Code::bad_size, "a picture of " + size_text(image.width, image.height) + " would have to grow to " +
                                    text(scaled) + " to cover " + text(target) + "; cut it first");
  }
  const int64_t left = (scaled.width - target.width) / 2;
  const int64_t top = (scaled.height - target.height) / 2;
  std::string how = "cover";
  if (scaled != target) how += ": centre of " + text(scaled);
  return {cut_out(resize_lanczos(image, scaled.width, scaled.height, between_rows), target, left, top), how};
}

Fitted fit_pad(const Image& image, Size target, const std::function<void()>& between_rows) {
  const Size inside = contained_size({image.width, image.height}, target, 1);
  const int64_t left = (target.width - inside.width) / 2;
  const int64_t top = (target.height - inside.height) / 2;
  std::string how = "pad";
  if (inside != target) how += ": " + text(inside) + " with mirrored edges around it";
  return {pad_mirrored(resize_lanczos(image, inside.width, inside.height, between_rows), target, left, top), how};
}

}  // namespace

std::span<const FitModeInfo> fit_modes() {
  return kFitModes;
}

std::string_view fit_mode_name(FitMode mode) {
  return kFitModes.at(static_cast<size_t>(mode)).name;
}

FitMode parse_fit_mode(std::string_view name) {
  return row_named(kFitModes, "fit", name).mode;
}

Size natural_size(Size picture, int64_t native_side) {
  if (native_side < kMinSide || native_side > kMaxSide || native_side % kSideStep != 0) {
    throw Error(Code::internal, "native side " + std::to_string(native_side) + " is not " + side_range());
  }
  if (picture.width < 1 || picture.height < 1) {
    throw Error(Code::bad_size, "a picture of " + text(picture) + " has no natural size");
  }
  if (picture.height > picture.width) {  // so that transposed pictures get transposed sizes, ties included
    const Size turned = natural_size({picture.height, picture.width}, native_side);
    return {turned.height, turned.width};
  }
  const double ratio = quotient(picture.width, picture.height);
  if (ratio > static_cast<double>(kMaxNaturalRatio)) {
    throw Error(Code::bad_size, "the picture is " + text(picture) + ", one side more than " +
                                    std::to_string(kMaxNaturalRatio) +
                                    " times the other; give a width and a height, or cut it first");
  }
  Size best;
  double smallest_cost = std::numeric_limits<double>::infinity();
  const int64_t widest = 2 * native_side + 2 * kSideStep;  // sqrt(kMaxNaturalRatio) * native_side, and some air
  for (int64_t width = native_side; width <= widest; width += kSideStep) {
    const auto steps_below = static_cast<int64_t>(static_cast<double>(width) / ratio) / kSideStep;
    for (const int64_t steps : {steps_below, steps_below + 1}) {
      const int64_t height = std::max<int64_t>(steps, 1) * kSideStep;
      const double cost = square(std::log(quotient(width * height, native_side * native_side))) +
                          square(std::log(quotient(width, height) / ratio));
      if (cost < smallest_cost) {
        smallest_cost = cost;
        best = {width, height};
      }
    }
  }
  return best;
}

Fitted fit_image(const Image& image, Size target, FitMode mode, const std::function<void()>& between_rows) {
  check_fitted_side("width", target.width);
  check_fitted_side("height", target.height);
  if (image.width < 1 || image.height < 1) throw Error(Code::internal, "cannot fit an empty image");
  const Size before = {image.width, image.height};
  Fitted fitted;
  switch (mode) {
    case FitMode::contain: {
      const Size inside = contained_size(before, target, kSideStep);
      fitted = {resize_lanczos(image, inside.width, inside.height, between_rows), "contain"};
      break;
    }
    case FitMode::cover:
      fitted = fit_cover(image, target, between_rows);
      break;
    case FitMode::stretch:
      fitted = {resize_lanczos(image, target.width, target.height, between_rows), "stretch"};
      break;
    case FitMode::pad:
      fitted = fit_pad(image, target, between_rows);
      break;
  }
  const Size after = {fitted.image.width, fitted.image.height};
  fitted.description = after == before
                           ? "kept at " + text(before)
                           : "drawing " + text(before) + " -> " + text(after) + " (" + fitted.description + ")";
  return fitted;
}

}  // namespace redraw
