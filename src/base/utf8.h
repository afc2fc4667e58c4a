// Whether bytes are UTF-8, and cutting it.
#pragma once

#include <cstddef>
#include <string_view>

namespace redraw {

/// Well-formed by the Unicode standard, table 3-7 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

/// The text's beginning, of at most that many bytes, without a part of a character at its end.
std::string_view cut_utf8(std::string_view text, size_t bytes);

}  // namespace redraw
