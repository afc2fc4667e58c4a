// JPEG files by libjpeg.
#pragma once

#include <memory>
#include <string>

#include "image/decode/picture_decoder.h"

namespace redraw {

/// Begins to decode. Baseline and extended Huffman files hold a row of blocks in memory. Files of several scans hold
/// all their coefficients, which are read here. This uses libjpeg itself and not libvips over it: libvips shows only
/// the first of libjpeg's warnings, and a harmless one would hide one that means missing pixels.
///
/// reduction: 1, 2, 4 or 8, by which libjpeg divides both sides while it transforms blocks.
///
/// libjpeg's warnings that leave every coefficient as it is become notes. Every other, and one that is not known,
/// throws at the first row that it would touch (jpeg_faults.h). A file that ends without its end marker is whole when
/// no block was missing and, if progressive, every bit came.
///
/// Throws Error: image_truncated, image_damaged, image_too_large (several scans of too many coefficients, see
/// kMaxWholePictureBytes).
std::unique_ptr<PictureDecoder> open_jpeg(PictureBytes& bytes, const PictureHeader& header, int reduction,
                                          const std::string& where);

}  // namespace redraw
