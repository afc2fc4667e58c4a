// "did you mean": the nearest of a list of names.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace redraw {

/// The candidate with the smallest edit distance (insert, delete, replace, swap of neighbours) to `name`, compared
/// without regard to case; empty when none is within a third of the length of the longer one, or two edits.
std::string nearest_name(std::string_view name, std::span<const std::string_view> candidates);

/// "unknown sampler 'eular'; did you mean 'euler'? (known: ddim, euler, lms)": ready for an Error.
std::string unknown_name_message(std::string_view kind, std::string_view name,
                                 std::span<const std::string_view> candidates);

}  // namespace redraw
