#include "text/utf8.h"

#include <cstdint>
#include <unicode/utf8.h>

namespace redraw {

std::optional<size_t> first_invalid_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    UChar32 character = 0;
    U8_NEXT(bytes, at, text.size(), character);
    if (character < 0) return start;
  }
  return std::nullopt;
}

}  // namespace redraw
