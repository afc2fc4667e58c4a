// From a request with open fields to values, each with where it came from.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "checkpoint/checkpoint.h"
#include "request/fields.h"

namespace redraw {

enum class Origin { request, model, program };
/// "flag", "model", "program": as the plan line says it.
std::string_view origin_name(Origin origin);

/// What a model's redraw.json states, checked. Fields: cfg_scale, steps, sampler, negative.
using ModelDefaults = std::map<std::string, FieldValue, std::less<>>;

/// Reads a folder's redraw.json, or what a single file's metadata has of one; none: no defaults. Throws Error: json_
/// codes, unknown_field (nearest suggested), out_of_range, model_unsupported for a field that a model must not set.
ModelDefaults read_model_defaults(const std::filesystem::path& model);
/// Of a model that is open: of the very file that is run. Throws likewise.
ModelDefaults read_model_defaults(const Checkpoint& checkpoint);

struct Settings {
  Request values;  ///< every field that has a default is set
  std::map<std::string_view, Origin> origins;
  bool has_picture = false;  ///< image to image

  Origin origin(std::string_view field) const { return origins.at(field); }
};

/// The order is request, model, program. Checks every value the request holds. Throws Error as check_field, and
/// Error(usage) for fields that only mean something with a picture when there is none.
Settings resolve(const Request& request, const ModelDefaults& model);
/// The same where the picture need not be there: has_picture says whether the run would have one.
Settings resolve(const Request& request, const ModelDefaults& model, bool has_picture);

/// Throws Error(usage) for fields that mean nothing together, or nothing alone.
void check_together(const Request& request);
/// Throws Error(usage) for fields that mean nothing to this model.
void check_fits_model(const Request& request, const ModelSpec& model);

}  // namespace redraw
