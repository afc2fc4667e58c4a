// The pixels of PNG files, by libvips and libpng.
#pragma once

#include <memory>
#include <string>

#include "image/decode/picture_decoder.h"
#include "image/decode/png_layout.h"

namespace redraw {

/// Begins to decode, at the size stored. libpng gets `layout.head`, the IDAT chunks and an IEND, and no other chunk.
/// Else it would expand and keep up to a hundred text chunks of 8 MB each while it reads a header: 1.1 GB and seven
/// seconds out of a file of 770 kB (measured with libpng 1.6.39 under libvips 8.14.1).
/// Throws Error: image_truncated, image_damaged, image_too_large (interlaced and too large, see kMaxWholePictureBytes).
std::unique_ptr<PictureDecoder> open_png(PictureBytes& bytes, const PictureHeader& header, PngLayout layout,
                                         const std::string& where);

}  // namespace redraw
