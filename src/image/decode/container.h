// What a picture file says of itself before a pixel is decoded: its format and size.
#pragma once

#include <cstdint>
#include <string>

#include "image/decode/picture_bytes.h"
#include "image/decode/picture_format.h"

namespace redraw {

struct PictureHeader {
  PictureFormat format = PictureFormat::png;
  int64_t width = 0;  ///< as stored, before any turning; 0 only where the file says 0
  int64_t height = 0;
};

/// Recognises the format by content and reads the size, allocating nothing; time at most linear in the bytes before
/// the size. Throws Error: image_not_recognised (with what the file seems to be, and what is accepted),
/// image_truncated (the file ends before its size), image_damaged.
PictureHeader read_picture_header(PictureBytes& bytes, const std::string& where);

}  // namespace redraw
