// A request as JSON: one reader and one writer for the record, the C interface and, later, the server.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "request/fields.h"

namespace redraw {

/// A value in JSON: lists as lists, pairs of seed and weight as {"seed": 3, "weight": 0.1}, a picture by its path, or
/// by its name where it is in memory.
nlohmann::json field_json(const FieldValue& value);

/// The value of a field from JSON, in whatever type JSON has it; check_field tells whether it fits. Lists may also be
/// given as text, as they are typed. Throws Error(json_wrong_type).
FieldValue field_value_of_json(const Field& field, const nlohmann::json& json);

}  // namespace redraw
