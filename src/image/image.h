// A picture in memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace redraw {

/// 8-bit sRGB, RGB interleaved, rows from top to bottom without padding: pixels.size() == width * height * 3.
struct Image {
  int64_t width = 0;
  int64_t height = 0;
  std::vector<uint8_t> pixels;
};

/// "640x480"
inline std::string size_text(int64_t width, int64_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

}  // namespace redraw
