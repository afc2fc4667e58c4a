// A JSON Schema of a request, made from the table of fields.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "request/request_json.h"

namespace redraw {

/// A JSON Schema (draft 2020-12) of what request_of_json takes through this door: an object with a property for each
/// field, in the table's order, and nothing else. Fields that the door refuses are left out. Beside the standard
/// keywords a property has x-group, x-unit, x-opens-files, x-needs-picture and x-model-may-default where they apply.
///
/// The reader takes a little more: null for a field that is left open, and other names of a choice ("k_euler"). It also
/// refuses what a schema cannot say: noise levels that do not fall, and fields that mean nothing together.
nlohmann::ordered_json request_schema(const JsonDoor& door);

}  // namespace redraw
