// One picture file being decoded.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "image/decode/container.h"
#include "image/decode/picture_bytes.h"
#include "image/vips_support.h"

namespace redraw {

/// What a decoder may have to hold whole: the coefficients of a progressive JPEG, the samples of an interlaced PNG, the
/// pixels of a lossless WebP. Everything else is decoded row by row.
inline constexpr int64_t kMaxWholePictureBytes = int64_t{1536} << 20;

/// The seam between formats. Errors of the bytes below it are kept and thrown by throw_error, since neither libvips
/// nor the decoders let an exception through.
class PictureDecoder {
 public:
  PictureDecoder() = default;
  virtual ~PictureDecoder() = default;
  PictureDecoder(const PictureDecoder&) = delete;
  PictureDecoder& operator=(const PictureDecoder&) = delete;

  /// 1 to 4 bands of 8 or 16 bits, as stored or reduced; to be read once, from top to bottom, in rows of full width.
  virtual VipsImage* image() = 0;

  /// To be called when reading `image` failed.
  [[noreturn]] virtual void throw_error() = 0;

  /// To be called when all rows were read: looks at the rest of the file. Adds faults without harm to `notes`, throws
  /// Error when pixels were missing after all.
  virtual void finish(std::vector<std::string>& notes) = 0;
};

/// Throws Error(image_too_large) when a picture takes more than kMaxWholePictureBytes at once. kind: "interlaced".
void check_whole_picture(const PictureHeader& header, int64_t bytes, const std::string& kind, const std::string& where);

/// Error(image_truncated or image_damaged): the file cannot be decoded whole, `reason` being the decoder's, by which a
/// cut file is also known.
[[noreturn]] void throw_undecodable(PictureFormat format, const std::string& where, bool is_cut,
                                    const std::string& reason);

}  // namespace redraw
