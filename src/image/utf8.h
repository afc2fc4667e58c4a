// The little this level needs to know about text encodings.
#pragma once

#include <string>
#include <string_view>

namespace redraw {

std::string latin1_to_utf8(std::string_view text);

/// Bytes of the code point that begins at text[offset], from its first byte; text is well formed.
size_t utf8_length_at(std::string_view text, size_t offset);

}  // namespace redraw
