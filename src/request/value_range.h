// Several values of one field: what `redraw sweep` takes where other commands take one.
#pragma once

#include <string_view>
#include <vector>

#include "request/fields.h"

namespace redraw {

inline constexpr int64_t kMaxSweepCells = 1000;

/// "lms,ddim", "0.3:0.9:0.1" or both, "10,20:50:10": values and ranges from:to:step in the order in which they stand.
/// A range counts in decimals, so that each of its values is the one that would be typed, and holds its end where the
/// steps meet it. Throws Error: as parse_field for each value; usage for a range of a text field, one that is not of
/// three plain decimals, or a value that stands twice; out_of_range for a range that runs backwards, has a step of 0 or
/// more than kMaxSweepCells values.
std::vector<FieldValue> parse_values(const Field& field, std::string_view text);

}  // namespace redraw
