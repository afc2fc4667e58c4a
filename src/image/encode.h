// Pictures to PNG files.
#pragma once

#include <cstddef>
#include <vector>

#include "image/image.h"
#include "image/png_text.h"

namespace redraw {

/// An 8-bit RGB PNG with `text` after its header, in order. The same image and text give the same bytes (with the same
/// zlib and libpng): no time, no program's name. Thread-safe.
/// Throws Error(internal) for an image whose buffer does not match its size, or text that PNG cannot hold (see
/// append_png_text).
std::vector<std::byte> encode_png(const Image& image, const PngText& text = {});

}  // namespace redraw
