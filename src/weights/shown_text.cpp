#include "weights/shown_text.h"

#include <cstddef>

#include "weights/safetensors_json.h"

namespace redraw {

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto at = [&](size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u; };
    const unsigned first = at(i);
    size_t more = 0;
    unsigned lowest = 0x80;  // the second byte's range excludes what is overlong, a surrogate or too high
    unsigned highest = 0xBF;
    if (first >= 0xC2 && first <= 0xDF) {
      more = 1;
    } else if (first >= 0xE0 && first <= 0xEF) {
      more = 2;
      if (first == 0xE0) lowest = 0xA0;
      if (first == 0xED) highest = 0x9F;
    } else if (first >= 0xF0 && first <= 0xF4) {
      more = 3;
      if (first == 0xF0) lowest = 0x90;
      if (first == 0xF4) highest = 0x8F;
    } else if (first >= 0x80) {
      return false;
    }
    for (size_t k = 1; k <= more; ++k) {
      const unsigned byte = at(i + k);
      if (byte < (k == 1 ? lowest : 0x80) || byte > (k == 1 ? highest : 0xBF)) return false;
    }
    i += more + 1;
  }
  return true;
}

std::string shown_text(std::string_view text) {
  if (is_utf8(text)) return shown_name(text);
  std::string ascii(text);
  for (char& c : ascii) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return shown_name(ascii);
}

}  // namespace redraw
