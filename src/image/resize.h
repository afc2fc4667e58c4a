// Resampling a picture to another size.
#pragma once

#include <functional>

#include "image/image.h"

namespace redraw {

/// Lanczos with three lobes, widened by the factor of reduction so that nothing aliases; on the gamma-coded values (no
/// linear light). Byte for byte what Pillow's LANCZOS gives (checked against 13.0.0), and with it diffusers: columns
/// first, then rows, each rounded and limited to 0..255. Weights are in fixed point with 22 bits, so neither compiler
/// nor machine shows in the result. Pixel (i + 0.5) * old / new of the old picture is the centre of new pixel i.
/// Weights beyond the edges are left out and the rest normalised.
///
/// Not libvips' resize: that enlarges bicubically whatever kernel it is given (36.9 dB from Pillow for the fire drawing
/// at 512x512), and its table of 64 sub-pixel positions shows when reducing (50 to 55 dB). Having our own also keeps
/// the same drawing the same bytes with every release of libvips.
///
/// `between_rows` may be empty. It is called before every row; what it throws ends the resampling.
///
/// width, height: at least 1. The same size gives the same bytes. Time is about 18 multiplications for each pixel of
/// the larger of both. Throws Error: internal (a size below 1, or a buffer that does not match its image), bad_size
/// (the picture between the passes, width * image.height, would have more than 128 million pixels).
Image resize_lanczos(const Image& image, int64_t width, int64_t height, const std::function<void()>& between_rows = {});

}  // namespace redraw
