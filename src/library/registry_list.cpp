#include "library/registry_list.h"

#include <nlohmann/json.hpp>
#include <span>

#include "base/error.h"
#include "base/input_file.h"
#include "base/json.h"
#include "base/temporary_file.h"

namespace redraw {
namespace {

constexpr int64_t kListVersion = 2;  // version 1 had nothing given with a model, and reads the same

}  // namespace

RegistryList read_registry_list(const std::filesystem::path& file) {
  const std::string where = file.string();
  const std::vector<std::byte> bytes = read_whole_file(file);  // may be longer than a configuration
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const JsonObject json = JsonObject::parse(text, where);
  const int64_t version = json.integer("version", 1, 1'000'000);
  if (version > kListVersion) {
    throw Error(Code::registry_unusable, where + ": was written by a newer redraw (version " + std::to_string(version) +
                                             "; this one knows version " + std::to_string(kListVersion) +
                                             "); use the newer redraw");
  }
  RegistryList list{.models = {}, .places = {}, .default_name = json.string("default")};
  for (const std::string& place : json.strings("places")) list.places.emplace_back(place);
  const auto models = json.raw().find("models");
  if (models == json.raw().end() || !models->is_array()) {
    throw Error(Code::json_wrong_type, where + ": 'models' must be a list");
  }
  for (const nlohmann::json& model : *models) list.models.push_back(model_of(model, where + ": models"));
  return list;
}

void write_registry_list(const std::filesystem::path& file, const RegistryList& list) {
  nlohmann::json models = nlohmann::json::array();
  for (const RegisteredModel& model : list.models) models.push_back(json_of(model));
  nlohmann::json places = nlohmann::json::array();
  for (const std::filesystem::path& place : list.places) places.push_back(place.string());
  const nlohmann::json json = {
      {"version", kListVersion}, {"default", list.default_name}, {"places", places}, {"models", models}};
  const std::string text = json.dump(1) + "\n";
  replace_file(file, std::as_bytes(std::span(text)));
}

}  // namespace redraw
