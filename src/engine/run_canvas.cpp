#include "engine/run_canvas.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <utility>

#include "base/error.h"
#include "image/decode/decode.h"
#include "image/side.h"

namespace redraw {
namespace {

std::string shown(Size size) {
  return fmt::format("{}x{}", size.width, size.height);
}

DecodedImage decoded(const Picture& picture, const std::function<void()>& stop_if_cancelled) {
  if (picture.is_file()) return decode_image_file(picture.path(), stop_if_cancelled);
  return decode_image(picture.bytes(), picture.name, stop_if_cancelled);
}

}  // namespace

Image read_picture(const Picture& picture, const std::function<void()>& stop_if_cancelled) {
  return decoded(picture, stop_if_cancelled).image;
}

RunCanvas run_canvas(const ResolvedRequest& request, int64_t native_side,
                     const std::function<void()>& stop_if_cancelled) {
  if (!request.init) {
    const Size size{request.width.value_or(native_side), request.height.value_or(native_side)};
    return {.size = size, .init = {}, .fit = {}, .line = {}};
  }
  const DecodedImage picture = decoded(*request.init, stop_if_cancelled);
  const Size own{picture.image.width, picture.image.height};
  RunCanvas canvas;
  for (const std::string& note : picture.notes) canvas.line += note + "; ";
  if (request.width) {
    Fitted fitted = fit_image(picture.image, {*request.width, *request.height}, request.fit, stop_if_cancelled);
    canvas.init = std::move(fitted.image);
    const bool has_same_shape = own.width * canvas.init.height == own.height * canvas.init.width;
    if (request.fit != FitMode::contain && !has_same_shape) canvas.fit = request.fit;
    canvas.line += fitted.description;
  } else {
    const Size size = natural_size(own, native_side);
    canvas.init = fit_image(picture.image, size, FitMode::stretch, stop_if_cancelled).image;
    canvas.line += own == size ? "picture kept at " + shown(own)
                               : fmt::format("picture {} -> {} (the model's area at the picture's aspect ratio)",
                                             shown(own), shown(size));
  }
  canvas.size = {canvas.init.width, canvas.init.height};
  return canvas;
}

HiresFix hires_fix(Size size, double strength, int64_t native_side) {
  const double width = static_cast<double>(size.width);
  const double height = static_cast<double>(size.height);
  const double native = static_cast<double>(native_side);
  if (width * height <= native * native) {
    throw Error(Code::usage, fmt::format("hires_fix is for pictures larger than the model's {0}x{0}; {1} is not",
                                         native_side, shown(size)));
  }
  const double scale = std::max(native / std::sqrt(width * height), native / 2 / std::min(width, height));
  // Down to a multiple of 8; a side that is one may come out a rounding error below it.
  const auto side = [&](double full) { return std::max(static_cast<int64_t>(full * scale / 8 + 1e-9) * 8, kMinSide); };
  return {.width = side(width), .height = side(height), .strength = strength};
}

}  // namespace redraw
