#include "image/utf8.h"

#include <cstdint>

namespace redraw {
namespace {

uint32_t byte_at(std::string_view text, size_t offset) {
  return static_cast<unsigned char>(text[offset]);
}

// Length announced by a first byte; 0 for one that cannot be first.
size_t announced_length(uint32_t first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

}  // namespace

std::string latin1_to_utf8(std::string_view text) {
  std::string utf8;
  for (const char c : text) {
    const auto value = static_cast<unsigned char>(c);
    if (value < 0x80) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xC0 | value >> 6);
      utf8 += static_cast<char>(0x80 | (value & 0x3F));
    }
  }
  return utf8;
}

size_t utf8_length_at(std::string_view text, size_t offset) {
  return announced_length(byte_at(text, offset));
}

}  // namespace redraw
