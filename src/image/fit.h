// Bringing a picture to the size a model draws in.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "image/image.h"
#include "image/side.h"

namespace redraw {

enum class FitMode { contain, cover, stretch, pad };

struct FitModeInfo {
  FitMode mode;
  std::string_view name;
  std::string_view help;  ///< a phrase for the help text
};

/// Every mode, in the order of the enumeration.
std::span<const FitModeInfo> fit_modes();
std::string_view fit_mode_name(FitMode mode);
/// Throws Error(unknown_name) with the nearest name.
FitMode parse_fit_mode(std::string_view name);

struct Size {
  int64_t width = 0;
  int64_t height = 0;
  bool operator==(const Size&) const = default;
};

inline constexpr int64_t kMaxNaturalRatio = 4;

/// The size to draw a picture in when none is asked for: the model's own area at the picture's ratio. Sides are
/// multiples of 8. Of those sizes it is the one with the smallest ln(area / native area)^2 + ln(ratio / picture's
/// ratio)^2. So a square gives native_side x native_side, and a picture and its transpose give transposes.
/// native_side: of the square the model was trained on, as check_side has it.
/// Throws Error(bad_size) when one side of the picture is more than 4 times the other. Models draw such strips badly,
/// so the person is asked for a size instead.
Size natural_size(Size picture, int64_t native_side);

struct Fitted {
  Image image;
  std::string description;  ///< one line for people: "drawing 640x480 -> 512x384 (contain)", "kept at 128x128"
};

/// Fits an image to `target`, whose sides are as check_fitted_side (image/side.h) has them:
/// - contain: scaled to lie inside the target with its ratio kept; each side the nearest multiple of 8, so one side
///   may be smaller than the target's and the ratio may move by as much as that rounding
/// - cover: scaled to cover the target with its ratio kept, what stands out on both sides cut off evenly
/// - stretch: scaled to the target, ratio or not
/// - pad: contain (to the pixel), centred, the rest filled with the picture mirrored at its edges
/// An image that has the resulting size already is returned as it is, byte for byte; else by resize_lanczos, which
/// calls `between_rows`.
/// Throws Error: out_of_range or bad_size (the target, as check_fitted_side), bad_size (a picture so narrow that
/// contain would leave a side of 0, or that would have to grow beyond 67,108,864 pixels to cover the target).
Fitted fit_image(const Image& image, Size target, FitMode mode, const std::function<void()>& between_rows = {});

}  // namespace redraw
