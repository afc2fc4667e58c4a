// Pictures from files: PNG, JPEG and WebP, upright, in 8-bit sRGB, without transparency.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "image/image.h"

namespace redraw {

inline constexpr int64_t kMaxPicturePixels = 64'000'000;  ///< in memory; larger ones are reduced while they are read
inline constexpr int64_t kMaxStoredPixels = 320'000'000;  ///< in a file
inline constexpr int64_t kMaxPictureFileBytes = int64_t{2} << 30;
inline constexpr int64_t kMinPictureSide = 8;
inline constexpr int64_t kMaxPictureSide = 65'535;

struct DecodedImage {
  Image image;
  std::string format;           ///< "PNG", "JPEG", "WebP"
  int64_t original_width = 0;   ///< as stored in the file, before it was turned upright
  int64_t original_height = 0;  ///< as stored in the file
  /// What was done to the pixels beyond decoding them, and what of the file was passed over, each a phrase for people:
  /// "first of 12 frames", "16-bit reduced to 8-bit", "CMYK converted to sRGB",
  /// "colours converted from the embedded profile to sRGB", "embedded colour profile not usable, taken as sRGB",
  /// "the PNG file declares a gamma (gAMA 100000), taken as sRGB", "transparency laid on white",
  /// "the file has a fault that does not touch the pixels (no end marker)",
  /// "damaged or misplaced parts of the file passed over (EXIF)",
  /// "reduced while it was read from 16320x12240 to 8160x6120", "turned upright (XMP orientation 6)".
  std::vector<std::string> notes;
};

/// Decodes a whole picture file held in memory. The format is told by content, never by name.
///
/// Colours: an embedded ICC profile is applied (relative colorimetric) unless it is sRGB within 2 of 255 steps, so
/// pictures tagged sRGB keep their bytes. A profile is passed over when its own header says that it is for other pixels
/// or for none, or when it is damaged. PNG gAMA, cHRM and cICP are not applied, but named when they are not sRGB's.
/// CMYK without a usable profile is read with libvips' built-in one. 16-bit samples are rounded. Transparency is laid
/// on white after the conversion to sRGB.
///
/// Orientation: of EXIF, else of XMP, as Pillow's exif_transpose; of PNG also from the texts in which ImageMagick keeps
/// both.
///
/// Faults: a damaged file is read if no pixel is missing, with a note of what was passed over; else it is refused.
///
/// Size: pictures of up to 64 million pixels come as they are stored. Larger ones, up to 320 million, are reduced by
/// the smallest whole factor that brings them to 64 million: JPEG by 2 or 4, by libjpeg's scaled transform; PNG by the
/// mean of each box of pixels; WebP by libwebp. The header is checked before a pixel is decoded or a buffer made: sides
/// of 8 to 65535, at most 320 million pixels, at most 2 GiB of file.
///
/// Memory: files are read piece by piece (WebP whole). The peak is below 4 times the pixels that result, beside what a
/// format makes a decoder hold whole, 1.5 GiB at most: the coefficients of a progressive JPEG, the samples of an
/// interlaced PNG, file and pixels of a lossless WebP. Measured at 16320x12240, peak of the process: JPEG 169 MiB,
/// progressive 740 MiB, PNG 196 MiB; WebP of 16383x16383 1164 MiB.
///
/// Thread-safe. Decodes run one at a time in a process, which bounds memory and keeps each error message its own.
///
/// Throws Error, `where` (a file's name) in front: image_not_recognised, image_truncated (missing pixels: never a half
/// picture), image_damaged, image_too_large, image_too_small, image_unsupported, file_too_large.
///
/// `between_pieces` may be empty. It is called before every piece of the bytes that is read and every few rows that are
/// decoded, many times a second; what it throws ends the decoding. The pixels of a WebP file are one call of libwebp,
/// in which nobody asks: 1.5 s at 64 million pixels, several seconds at most.
DecodedImage decode_image(std::span<const std::byte> bytes, const std::string& where,
                          const std::function<void()>& between_pieces = {});

/// The same for a file. Also throws file_not_found, not_a_file, file_unreadable, file_changed.
DecodedImage decode_image_file(const std::filesystem::path& path, const std::function<void()>& between_pieces = {});

}  // namespace redraw
