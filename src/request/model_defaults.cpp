#include "request/model_defaults.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "checkpoint/stated_defaults.h"
#include "request/field_value.h"
#include "request/request_json.h"

namespace redraw {
namespace {

// "cfg_scale, steps, sampler and negative"
std::string fields_of_models() {
  std::string names;
  for (const Field* field : request_fields()) {
    if (field->model_may_default) names += (names.empty() ? "" : ", ") + std::string(field->name);
  }
  return names;
}

ModelDefaults checked_defaults(const std::optional<JsonObject>& stated) {
  if (!stated) return {};
  ModelDefaults defaults;
  for (const auto& [name, json] : stated->raw().items()) {
    try {
      const Field& field = find_field(name);
      if (!field.model_may_default) {
        throw Error(Code::model_unsupported, "a model must not set '" + name + "'; it may set " + fields_of_models());
      }
      defaults.emplace(name, check_field(field, field_value_of_json(field, json)));
    } catch (const Error& e) {
      throw Error(e.code(), stated->where() + ": " + e.what());
    }
  }
  return defaults;
}

}  // namespace

ModelDefaults read_model_defaults(const std::filesystem::path& model) {
  return checked_defaults(stated_defaults(model));
}

ModelDefaults read_model_defaults(const Checkpoint& checkpoint) {
  return checked_defaults(stated_defaults(checkpoint));
}

}  // namespace redraw
