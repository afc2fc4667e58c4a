// Words of a command that a message gives, as a shell takes them.
#pragma once

#include <string>
#include <string_view>

namespace redraw {

/// For one word: in single quotes unless it is made of letters, digits and "/._-+:@%,". What is not ASCII is plain.
std::string shell_word(std::string_view text);

/// The same of a path: before one that begins like an option stands "./".
std::string shell_path(std::string_view path);

}  // namespace redraw
