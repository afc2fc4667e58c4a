// Text from a file in an error message.
#pragma once

#include <string>
#include <string_view>

namespace redraw {

/// 'text' in quotes, fit for one line of a terminal: at most 40 bytes, whatever is not printable ASCII as \xNN.
std::string quoted_text(std::string_view text);

}  // namespace redraw
