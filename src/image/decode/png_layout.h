// What a PNG file says beside its pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "image/decode/picture_bytes.h"
#include "image/decode/picture_metadata.h"

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

}  // namespace redraw
