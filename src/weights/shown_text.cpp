#include "weights/shown_text.h"

#include <cstddef>

#include "base/utf8.h"
#include "weights/names.h"

namespace redraw {

std::string shown_text(std::string_view text) {
  if (is_utf8(text)) return shown_name(text);
  std::string ascii(text);
  for (char& c : ascii) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return shown_name(ascii);
}

}  // namespace redraw
