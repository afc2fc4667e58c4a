// Whether bytes are UTF-8.
#pragma once

#include <string_view>

namespace redraw {

/// Well-formed by the Unicode standard, table 3-7 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace redraw
