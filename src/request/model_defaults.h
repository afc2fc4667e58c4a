// What a model states about the requests that are made of it.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "checkpoint/checkpoint.h"
#include "request/fields.h"

namespace redraw {

/// What a model's redraw.json states, checked: fields with Field::model_may_default.
using ModelDefaults = std::map<std::string, FieldValue, std::less<>>;

/// Reads a folder's redraw.json, or what a single file's metadata has of one; none: no defaults. Throws Error: json_
/// codes, unknown_field (nearest suggested), out_of_range, model_unsupported for a field that a model must not set.
ModelDefaults read_model_defaults(const std::filesystem::path& model);
/// Of a model that is open: of the very file that is run. Throws likewise.
ModelDefaults read_model_defaults(const Checkpoint& checkpoint);

}  // namespace redraw
