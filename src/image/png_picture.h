// PNG files: what they say beside their pixels, and their pixels by libvips and libpng.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "image/picture_decoder.h"
#include "image/picture_metadata.h"

namespace redraw {

/// What a walk over the chunks finds (PNG specification, third edition, section 5), without decoding a pixel.
struct PngLayout {
  std::vector<std::byte> head;  ///< the signature and the chunks IHDR, PLTE and tRNS, as they are stored
  int64_t first_pixels = 0;     ///< where the first IDAT begins
  int64_t end = 0;              ///< where IEND begins, or the walk had to end
  bool has_end = true;          ///< IEND was found
  PictureMetadata metadata;
};

/// Chunks beside the pixels that are damaged, too long or at the wrong place are passed over with a note, and a missing
/// IEND is none of the pixels' matter. Of the text chunks those are read which hold an orientation; nothing is kept of
/// others, and nothing of any chunk expands to more than kMaxMetadataBlockBytes.
/// Throws Error: image_truncated (the file ends before or within IDAT), image_damaged (IHDR or PLTE, or a critical
/// chunk that is unknown).
PngLayout read_png_layout(PictureBytes& bytes, const std::string& where);

/// Begins to decode, at the size stored. libpng gets `layout.head`, the IDAT chunks and an IEND, and no other chunk:
/// while it reads a header it expands and keeps up to a hundred text chunks of 8 MB each, 1.1 GB and seven seconds out
/// of a file of 770 kB (measured with libpng 1.6.39 under libvips 8.14.1).
/// Throws Error: image_truncated, image_damaged, image_too_large (interlaced and too large, see kMaxWholePictureBytes).
std::unique_ptr<PictureDecoder> open_png(PictureBytes& bytes, const PictureHeader& header, PngLayout layout,
                                         const std::string& where);

}  // namespace redraw
