// Values of fields: from text and back, and whether they are in range.
#pragma once

#include <string>
#include <string_view>

#include "request/fields.h"

namespace redraw {

/// Text as typed to a value. Throws Error: out_of_range, bad_size, not_a_number or unknown_name, with the field's name
/// and range; usage for a flag that is neither true nor false.
FieldValue parse_field(const Field& field, std::string_view text);

/// Checks kind and range of a value: a whole number of either type may stand for an integer, a number and a seed, and a
/// text for a list. A text is no picture here: whether it may be a path is for the door to say. Returns the value in
/// the field's own type. Throws as parse_field, or Error(usage) for another type.
FieldValue check_field(const Field& field, const FieldValue& value);

/// "0.7", "lms", "true", "7.5,6", "3:0.1,4:0.2": the shortest text that parse_field reads back. Of a picture its path,
/// or the name of one in memory.
std::string field_text(const FieldValue& value);

/// "0 to 100", "above 0, at most 1", "a multiple of 8, 64 to 8192"; empty for what has no range.
std::string field_range(const Field& field);

/// What a value of the field must be, for messages: "a whole number", "a text", "a list of numbers".
std::string_view kind_phrase(FieldKind kind);

}  // namespace redraw
