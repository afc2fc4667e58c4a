// Bytes from a file in an error message; internal to weights.
#pragma once

#include <string>
#include <string_view>

namespace redraw {

/// In quotes, on one line and not too long; what is not UTF-8 is shown byte by byte, '?' for all but ASCII.
std::string shown_text(std::string_view text);

}  // namespace redraw
