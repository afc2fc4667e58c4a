// Pictures from files: PNG, JPEG and WebP, upright, in 8-bit sRGB, without transparency.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "image/image.h"

namespace redraw {

inline constexpr int64_t kMaxPicturePixels = 64'000'000;
inline constexpr int64_t kMaxPictureFileBytes = int64_t{64} << 20;
inline constexpr int64_t kMinPictureSide = 8;
inline constexpr int64_t kMaxPictureSide = 65'535;

struct DecodedImage {
  Image image;
  std::string format;           ///< "PNG", "JPEG", "WebP"
  int64_t original_width = 0;   ///< as stored in the file, before it was turned upright
  int64_t original_height = 0;  ///< as stored in the file
  /// What was done to the pixels beyond decoding them, each a phrase for people, in the order it was done:
  /// "first of 12 frames", "16-bit reduced to 8-bit", "CMYK converted to sRGB",
  /// "colours converted from the embedded profile to sRGB", "embedded colour profile not usable, taken as sRGB",
  /// "transparency laid on white", "turned upright (EXIF orientation 6)".
  std::vector<std::string> notes;
};

/// Decodes a whole picture file held in memory. The format is told by content, never by name.
///
/// Colours: an embedded ICC profile is applied (relative colorimetric) unless it is sRGB within 2 of 255 steps, so
/// pictures tagged sRGB keep their bytes; PNG gAMA and cHRM are not. CMYK without a usable profile is read with
/// libvips' built-in one. 16-bit samples are rounded; transparency is laid on white after the conversion to sRGB.
///
/// Checked from the header, before a pixel is decoded or a buffer made: sides of 8 to 65535, at most 64 million
/// pixels, at most 64 MiB of file. Peak memory stays below 4 times the decoded pixels plus twice the file.
///
/// Thread-safe. Decodes run one at a time in a process, which bounds memory and keeps each error message its own.
///
/// Throws Error, `where` (a file's name) in front: image_not_recognised, image_truncated (any missing byte: never a
/// half picture), image_damaged, image_too_large, image_too_small, image_unsupported, file_too_large.
DecodedImage decode_image(std::span<const std::byte> bytes, const std::string& where);

/// The same for a file. Also throws file_not_found, not_a_file, file_unreadable.
DecodedImage decode_image_file(const std::filesystem::path& path);

}  // namespace redraw
