// Checking that a prompt is UTF-8, before anything looks into it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace redraw {

/// The byte position of the first ill-formed sequence (truncated, overlong, a surrogate, above U+10FFFF; Unicode
/// chapter 3, table 3-7), or nothing when all of `text` is well formed. NUL is a character like any other.
std::optional<size_t> first_invalid_utf8(std::string_view text);

}  // namespace redraw
