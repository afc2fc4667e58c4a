// "did you mean": the nearest of a list of names.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace redraw {

/// The candidate with the smallest edit distance to `name`, without regard to case. An edit inserts, deletes or
/// replaces a letter, or swaps neighbours. Empty when the distance is above two edits and above a third of the longer
/// name.
std::string nearest_name(std::string_view name, std::span<const std::string_view> candidates);

/// "unknown sampler 'eular'; did you mean 'euler'? (known: ddim, euler, lms)": ready for an Error.
std::string unknown_name_message(std::string_view kind, std::string_view name,
                                 std::span<const std::string_view> candidates);

}  // namespace redraw
