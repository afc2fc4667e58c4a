// The picture that a run begins with, at the size in which it is redrawn.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "image/fit.h"
#include "image/image.h"
#include "pipelines/generate.h"
#include "request/resolved_request.h"

namespace redraw {

struct RunCanvas {
  Size size;
  Image init;                      ///< of that size; empty without a picture
  FitMode fit = FitMode::stretch;  ///< how it came to that size: stretch where all of it was scaled straight to it
  std::string line;                ///< what was done to the picture, for people; empty without one
};

/// native_side: of the pictures that the model was trained on. stop_if_cancelled: see decode_image_file. Throws as
/// decode_image, fit_image and natural_size.
RunCanvas run_canvas(const ResolvedRequest& request, int64_t native_side,
                     const std::function<void()>& stop_if_cancelled);

/// Reads a picture of a request. Throws as decode_image and decode_image_file.
Image read_picture(const Picture& picture, const std::function<void()>& stop_if_cancelled);

/// A size in the model's area with the shape of `size`, for the first pass of the high-resolution fix. Its shorter side
/// is at least half of the model's, as in InvokeAI's. Throws Error(usage) for a size that is no larger than the
/// model's.
HiresFix hires_fix(Size size, double strength, int64_t native_side);

}  // namespace redraw
