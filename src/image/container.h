// What a picture file says of itself before a pixel is decoded: its format and size, and whether it is all there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace redraw {

enum class PictureFormat { png, jpeg, webp };

/// "PNG", "JPEG", "WebP"
std::string_view picture_format_name(PictureFormat format);

struct PictureHeader {
  PictureFormat format = PictureFormat::png;
  int64_t width = 0;  ///< as stored, before any turning; 0 only where the file says 0
  int64_t height = 0;
};

/// Recognises the format by content and reads the size, allocating nothing; time at most linear in the bytes before
/// the size. Throws Error: image_not_recognised (with what the file seems to be, and what is accepted),
/// image_truncated (the file ends before its size), image_damaged.
PictureHeader read_picture_header(std::span<const std::byte> bytes, const std::string& where);

/// Throws Error(image_truncated) unless the file reaches its own end: IEND (PNG), EOI after the first scan (JPEG),
/// the length in the RIFF header (WebP). Decoders differ in how they treat cut files; this does not.
void check_picture_is_whole(std::span<const std::byte> bytes, PictureFormat format, const std::string& where);

/// Pictures in the file: 1, or the frames of an animated PNG or WebP. The file must be whole.
int64_t count_frames(std::span<const std::byte> bytes, PictureFormat format, const std::string& where);

}  // namespace redraw
