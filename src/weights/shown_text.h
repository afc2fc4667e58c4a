// Bytes from a file in an error message; internal to weights.
#pragma once

#include <string>
#include <string_view>

namespace redraw {

/// True for well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong, nothing above U+10FFFF).
bool is_utf8(std::string_view text);

/// In quotes, on one line and not too long; what is not UTF-8 is shown byte by byte, '?' for all but ASCII.
std::string shown_text(std::string_view text);

}  // namespace redraw
