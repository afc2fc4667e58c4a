#include "request/settings.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "checkpoint/stated_defaults.h"

namespace redraw {
namespace {

FieldValue value_of_json(const nlohmann::json& json, const std::string& where) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned()) return json.get<uint64_t>();
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number()) return json.get<double>();
  throw Error(Code::json_wrong_type, where + " must be a text, a number, true or false");
}

ModelDefaults checked_defaults(const std::optional<JsonObject>& stated) {
  if (!stated) return {};
  ModelDefaults defaults;
  for (const auto& [name, json] : stated->raw().items()) {
    try {
      const Field& field = find_field(name);
      if (!field.model_may_default) {
        throw Error(Code::model_unsupported,
                    "a model must not set '" + name + "' (cfg_scale, steps, sampler and negative it may)");
      }
      defaults.emplace(name, check_field(field, value_of_json(json, "'" + name + "'")));
    } catch (const Error& e) {
      throw Error(e.code(), stated->where() + ": " + e.what());
    }
  }
  return defaults;
}

}  // namespace

std::string_view origin_name(Origin origin) {
  constexpr std::string_view kNames[] = {"flag", "model", "program"};
  return kNames[static_cast<size_t>(origin)];
}

ModelDefaults read_model_defaults(const std::filesystem::path& model) {
  return checked_defaults(stated_defaults(model));
}

ModelDefaults read_model_defaults(const Checkpoint& checkpoint) {
  return checked_defaults(stated_defaults(checkpoint));
}

Settings resolve(const Request& request, const ModelDefaults& model) {
  return resolve(request, model, !request.init.empty());
}

Settings resolve(const Request& request, const ModelDefaults& model, bool has_picture) {
  Settings settings{.values = request, .origins = {}, .has_picture = has_picture};
  for (const Field& field : request_fields()) {
    const std::optional<FieldValue> asked = get_field(request, field);
    if (field.is_img2img_only && !has_picture && !field.is_positional && asked) {
      throw Error(Code::usage, std::string(field.name) + " needs a picture to start from; use img2img");
    }
    const auto stated = model.find(field.name);
    if (asked) {
      set_field(settings.values, field, check_field(field, *asked));
      settings.origins[field.name] = Origin::request;
    } else if (stated != model.end()) {
      set_field(settings.values, field, stated->second);
      settings.origins[field.name] = Origin::model;
    } else if (!field.fallback.empty() || field.name == "negative") {
      set_field(settings.values, field, parse_field(field, field.fallback));
      settings.origins[field.name] = Origin::program;
    }
  }
  return settings;
}

void check_together(const Request& request) {
  if (request.strength && request.denoising_start) {
    throw Error(Code::usage, "strength and denoising_start say the same thing; give one of the two");
  }
  if (request.with_variations && !request.seed) {
    throw Error(Code::usage, "with_variations moves the noise of a seed; give seed");
  }
  if (request.variation_seed && request.variation_amount.value_or(0) == 0) {
    throw Error(Code::usage, "variation_seed does nothing without variation_amount");
  }
  if (request.hires_strength && !request.hires_fix.value_or(false)) {
    throw Error(Code::usage, "hires_strength does nothing without hires_fix");
  }
}

void check_fits_model(const Request& request, const ModelSpec& model) {
  if (request.image_cfg_scale && !model.edits_picture()) {
    throw Error(Code::usage, "image_cfg_scale is for InstructPix2Pix models, and " + model.name + " is of the kind '" +
                                 std::string(name_of(model.input)) + "'; leave it out, or give strength");
  }
}

}  // namespace redraw
