// The pixels of WebP files, by libvips and libwebp.
#pragma once

#include <memory>
#include <string>

#include "image/decode/picture_decoder.h"
#include "image/decode/webp_layout.h"

namespace redraw {

/// Begins to decode the first frame. libwebp gets only the chunks of `layout`, in memory: it has no way to read by
/// pieces. reduction: by which both sides are divided while it decodes, rounded to the nearest. Throws Error:
/// image_truncated, image_damaged, image_too_large (file and what libwebp holds whole take more than
/// kMaxWholePictureBytes).
std::unique_ptr<PictureDecoder> open_webp(PictureBytes& bytes, const PictureHeader& header, const WebpLayout& layout,
                                          int reduction, const std::string& where);

}  // namespace redraw
