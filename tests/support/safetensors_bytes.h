// Builds safetensors files for tests, well-formed or not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace redraw {

/// The file's first 8 bytes: a little-endian length.
inline std::string length_bytes(uint64_t length) {
  std::string bytes(8, '\0');
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(length >> (8 * i));
  return bytes;
}

/// length, header, data.
inline std::string safetensors_bytes(std::string_view header, std::string_view data) {
  return length_bytes(header.size()).append(header).append(data);
}

}  // namespace redraw
