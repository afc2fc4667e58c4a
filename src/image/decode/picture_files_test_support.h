// Parts of picture files, put in and taken out, for the tests of this level.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/encode.h"
#include "image/image_test_support.h"
#include "image/png_chunks.h"

namespace redraw {

inline FileBytes bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

inline std::string_view view_of(const FileBytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline FileBytes with_bytes_at(FileBytes file, size_t offset, std::string_view more) {
  const FileBytes bytes = bytes_of(more);
  file.insert(file.begin() + static_cast<std::ptrdiff_t>(offset), bytes.begin(), bytes.end());
  return file;
}

/// Without the EXIF that libvips writes into every file.
inline FileBytes plain_jpeg(VipsImage* image, bool is_progressive = false) {
  return save([&](void** data, size_t* bytes) {
    return vips_jpegsave_buffer(image, data, bytes, "Q", 95, "interlace", is_progressive, "subsample_mode",
                                VIPS_FOREIGN_SUBSAMPLE_OFF, "strip", TRUE, nullptr);
  });
}

/// The simple layout: RIFF and one chunk. libvips gives every file a header chunk, and EXIF behind the pixels.
inline FileBytes plain_webp(VipsImage* image, bool is_lossless = true) {
  const FileBytes file = save([&](void** data, size_t* bytes) {
    return vips_webpsave_buffer(image, data, bytes, "lossless", is_lossless, "Q", 90, nullptr);
  });
  const size_t chunk = view_of(file).find(is_lossless ? "VP8L" : "VP8 ");
  if (chunk == std::string_view::npos) return file;
  const size_t length = std::to_integer<size_t>(file[chunk + 4]) + std::to_integer<size_t>(file[chunk + 5]) * 256;
  const std::string_view whole = view_of(file).substr(chunk, 8 + length + length % 2);
  const size_t riff = 4 + whole.size();
  return bytes_of(std::string("RIFF") + static_cast<char>(riff) + static_cast<char>(riff >> 8) + std::string(2, '\0') +
                  "WEBP" + std::string(whole));
}

/// A JPEG with one more segment behind its first marker.
inline FileBytes with_segment(const FileBytes& jpeg, uint8_t marker, std::string_view data) {
  const size_t length = data.size() + 2;
  const std::string segment = {'\xFF', static_cast<char>(marker), static_cast<char>(length >> 8),
                               static_cast<char>(length & 0xFFu)};
  return with_bytes_at(jpeg, 2, segment + std::string(data));
}

/// A PNG with one more chunk behind its header.
inline FileBytes with_chunk(const FileBytes& png, std::string_view type, std::string_view data) {
  FileBytes out(png.begin(), png.begin() + 33);
  append_png_chunk(out, type, bytes_of(data));
  out.insert(out.end(), png.begin() + 33, png.end());
  return out;
}

/// A simple WebP file made one with a header of its own (VP8X), the chunk behind the pixels.
inline FileBytes with_webp_chunk(const FileBytes& webp, std::string_view name, std::string_view data, uint32_t width,
                                 uint32_t height) {
  const auto u32 = [](uint32_t value) {
    std::string text;
    for (int shift = 0; shift < 32; shift += 8) text += static_cast<char>(value >> shift);
    return text;
  };
  const std::string extended = "VP8X" + u32(10) + u32(0) + u32(width - 1).substr(0, 3) + u32(height - 1).substr(0, 3);
  const std::string chunk = std::string(name) + u32(static_cast<uint32_t>(data.size())) + std::string(data) +
                            (data.size() % 2 == 0 ? "" : std::string(1, '\0'));
  const std::string rest = "WEBP" + extended + std::string(view_of(webp).substr(12)) + chunk;
  return bytes_of("RIFF" + u32(static_cast<uint32_t>(rest.size())) + rest);
}

}  // namespace redraw
