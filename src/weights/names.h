// Names from a weights file: what they may be made of, and how a message shows them; internal to weights.
#pragma once

#include <string>
#include <string_view>

namespace redraw {

/// True when there is a character below U+0020, NUL included.
bool has_control_character(std::string_view text);

/// A name as a message shows it: in quotes, on one line and not too long.
std::string shown_name(std::string_view name);

}  // namespace redraw
