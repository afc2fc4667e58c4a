// The marker segments of a JPEG file before its first scan (ITU-T T.81, annex B), walked without decoding a pixel.
#pragma once

#include <cstdint>
#include <string>

#include "image/decode/picture_bytes.h"
#include "image/decode/picture_metadata.h"

namespace redraw {

struct JpegSize {
  int64_t width = 0;
  int64_t height = 0;
};

/// The size in the first frame header; reads no further. Throws Error: image_truncated (the file ends before it),
/// image_damaged (a scan or the end comes before it).
JpegSize read_jpeg_size(PictureBytes& bytes, const std::string& where);

/// Profile (ICC.1:2010, annex B.4), EXIF and XMP (XMP specification part 3, 1.1.3) from the segments before the first
/// scan. Throws Error(image_truncated) when the file ends before that.
PictureMetadata read_jpeg_metadata(PictureBytes& bytes, const std::string& where);

}  // namespace redraw
