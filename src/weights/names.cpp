#include "weights/names.h"

#include <algorithm>
#include <cstddef>

namespace redraw {

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::string shown_name(std::string_view name) {
  constexpr size_t kLongest = 120;
  std::string text = "'";
  size_t end = std::min(name.size(), kLongest);
  // Do not cut a UTF-8 sequence in two.
  while (end < name.size() && end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  for (char c : name.substr(0, end)) text += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  return text + (end < name.size() ? "...'" : "'");
}

}  // namespace redraw
