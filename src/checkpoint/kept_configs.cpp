#include "checkpoint/kept_configs.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "checkpoint/model_spec.h"

namespace redraw {
namespace {

using nlohmann::json;

constexpr auto kParts =
    std::to_array<std::string_view>({"unet", "vae", "text_encoder", "text_encoder_2", "scheduler", kModelIndex});
constexpr const char* kForceZeros = "force_zeros_for_empty_prompt";

JsonObject object_of(const json& value, const std::string& where) {
  return JsonObject::parse(value.dump(), where);
}

/// The configurations, with one part's in other words.
ModelConfigs with_part(const ModelConfigs& configs, std::string_view part, const json& config) {
  ModelConfigs changed = configs;
  const auto it = changed.parts.find(part);
  it->second = object_of(config, it->second.where());
  return changed;
}

/// What the configurations mean, empty where they mean nothing: some fields only go together.
std::optional<ModelSpec> meaning_of(const ModelConfigs& configs) {
  try {
    return make_model_spec(configs, "", "");
  } catch (const Error&) {
    return std::nullopt;
  }
}

json fields_of_part(const ModelConfigs& model, std::string_view part, const json& worked_out) {
  const json& stated = model.part(part).raw();
  const std::optional<ModelSpec> meaning = meaning_of(model);
  std::set<std::string> names;
  for (const json* config : {&stated, &worked_out}) {
    for (const auto& [name, value] : config->items()) names.insert(name);
  }
  // Field by field the words are taken from the other side, as long as that changes nothing.
  json words = stated;
  json kept = json::object();
  for (const std::string& name : names) {
    json tried = words;
    tried.erase(name);
    if (const auto other = worked_out.find(name); other != worked_out.end()) tried[name] = *other;
    if (tried == words) continue;
    const std::optional<ModelSpec> tried_meaning = meaning_of(with_part(model, part, tried));
    if (tried_meaning && means_the_same(*tried_meaning, *meaning)) {
      words = std::move(tried);
    } else {
      kept[name] = stated.value(name, json());
    }
  }
  return kept;
}

}  // namespace

KeptConfigs read_kept_configs(const WeightsFile& file) {
  KeptConfigs kept;
  const auto text = file.metadata().find(std::string(kKeptConfigsKey));
  if (text == file.metadata().end()) return kept;
  const std::string where = file.path().string() + ": metadata '" + std::string(kKeptConfigsKey) + "'";
  const JsonObject parts = JsonObject::parse(text->second, where);
  for (const auto& [part, fields] : parts.raw().items()) {
    if (std::ranges::find(kParts, part) == kParts.end()) {
      throw Error(Code::model_unsupported, where + ": speaks of a part '" + std::string(cut_utf8(part, 100)) +
                                               "', which Stable Diffusion does not have");
    }
    if (!fields.is_object()) throw Error(Code::json_wrong_type, where + ": '" + part + "' must be an object");
    kept.emplace(part, object_of(fields, where + ": " + part));
  }
  return kept;
}

void put_into(ModelConfigs& configs, const KeptConfigs& kept) {
  for (const auto& [part, fields] : kept) {
    if (part == kModelIndex) {
      configs.force_zeros_for_empty_prompt = fields.boolean(kForceZeros, configs.force_zeros_for_empty_prompt);
      continue;
    }
    const auto config = configs.parts.find(part);
    if (config == configs.parts.end()) continue;
    json merged = config->second.raw();
    for (const auto& [name, value] : fields.raw().items()) merged[name] = value;
    config->second = object_of(merged, config->second.where());
  }
}

KeptConfigs fields_to_keep(const ModelConfigs& model, const ModelConfigs& worked_out) {
  KeptConfigs kept;
  for (const auto& [part, config] : model.parts) {
    if (!worked_out.has(part)) continue;
    const json fields = fields_of_part(model, part, worked_out.part(part).raw());
    if (!fields.empty()) kept.emplace(part, object_of(fields, part));
  }
  if (model.force_zeros_for_empty_prompt != worked_out.force_zeros_for_empty_prompt) {
    const json fields = {{kForceZeros, model.force_zeros_for_empty_prompt}};
    kept.emplace(std::string(kModelIndex), object_of(fields, std::string(kModelIndex)));
  }
  return kept;
}

std::vector<std::string> field_names(const KeptConfigs& kept) {
  std::vector<std::string> names;
  for (const auto& [part, fields] : kept) {
    for (const auto& [name, value] : fields.raw().items()) names.push_back(part + "." + name);
  }
  return names;
}

std::string json_text(const KeptConfigs& kept) {
  json parts = json::object();
  for (const auto& [part, fields] : kept) parts[part] = fields.raw();
  return json_text(parts);
}

}  // namespace redraw
