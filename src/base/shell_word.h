// Words of a command: as a shell takes them, and the words of a line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace redraw {

/// For one word: in single quotes unless it is made of letters, digits and "/._-+:@%,". What is not ASCII is plain.
std::string shell_word(std::string_view text);

/// The same of a path: before one that begins like an option stands "./".
std::string shell_path(std::string_view path);

/// The words of a line as a shell splits them: at blanks, with 'single' and "double" quotes and \ before a character.
/// Nothing is expanded: no $, no ~, no *. Throws Error(usage) for a quote that is not closed and a \ at the end.
std::vector<std::string> shell_words(std::string_view line);

}  // namespace redraw
