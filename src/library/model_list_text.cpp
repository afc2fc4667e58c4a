#include "library/model_list_text.h"

#include <array>
#include <ctime>
#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include "base/byte_size.h"
#include "base/error.h"
#include "base/shell_word.h"
#include "base/text_table.h"
#include "library/default_model.h"
#include "library/model_name.h"

namespace redraw {
namespace {

std::string_view state_name(ModelState state) {
  constexpr auto kNames = std::to_array<std::string_view>({"", "changed", "missing"});
  return kNames.at(static_cast<size_t>(state));
}

std::string marks(const ListedModel& listed) {
  const std::string_view state = state_name(listed.state);
  if (!listed.is_default) return std::string(state);
  return state.empty() ? "default" : "default, " + std::string(state);
}

std::string_view or_dash(const std::string& text) {
  return text.empty() ? std::string_view("-") : std::string_view(text);
}

std::string time_text(int64_t nanoseconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(nanoseconds / 1'000'000'000)));
}

}  // namespace

std::vector<ListedModel> listed_models(const ModelRegistry& registry) {
  const RegistryList list = registry.list();
  std::vector<ListedModel> listed;
  try {
    ListedModel box{
        .model = describe_model(default_model_folder()), .is_default = list.default_name.empty(), .is_in_box = true};
    box.model.name = kBoxModelName;
    listed.push_back(std::move(box));
  } catch (const Error&) {
    // An installation without it. A run that needs it says where it should be.
  }
  for (const RegisteredModel& model : list.models) {
    listed.push_back({.model = model,
                      .state = state_of(model),
                      .is_default = is_same_name(model.name, list.default_name),
                      .is_in_box = false});
  }
  return listed;
}

ListedModel listed_model(const ModelRegistry& registry, const std::string& name) {
  for (ListedModel& listed : listed_models(registry)) {
    if (!is_same_name(listed.model.name, name)) continue;
    try {
      static_cast<void>(described_again(listed.model, listed.model.path));
    } catch (const Error& e) {
      listed.fault = e.what();
    }
    return std::move(listed);
  }
  return {.model = registry.require(name)};
}

std::string model_table(const std::vector<ListedModel>& models) {
  const TableColumn columns[] = {{"name"}, {"is"}, {"family"}, {"prediction"}, {"format"}, {"size", true}, {"where"}};
  std::vector<std::vector<std::string>> rows;
  for (const ListedModel& listed : models) {
    const RegisteredModel& model = listed.model;
    rows.push_back({model.name, marks(listed), model.summary.family,
                    std::string(or_dash(model.summary.prediction_type)), model.summary.format,
                    byte_size(model.summary.bytes), listed.is_in_box ? "in the box" : model.path.string()});
  }
  return text_table(columns, rows);
}

std::string model_text(const ListedModel& listed) {
  const RegisteredModel& model = listed.model;
  const std::string state = marks(listed);
  std::string text;
  const auto row = [&](std::string_view title, std::string_view value) {
    text += fmt::format("{:<18}{}\n", title, value);
  };
  row("name", model.name);
  if (!state.empty()) row("is", state);
  if (!listed.fault.empty()) row("fault", listed.fault);
  row("path", model.path.string());
  row("kind", model.is_folder ? "diffusers folder" : "file");
  row("format", model.summary.format);
  row("family", model.summary.family);
  row("prediction", or_dash(model.summary.prediction_type));
  row("size", fmt::format("{} ({} bytes)", byte_size(model.summary.bytes), model.summary.bytes));
  if (!model.vae.path.empty()) {
    const std::string_view vae_state = state_name(state_of_vae(model));
    row("vae", model.vae.path.string() + (vae_state.empty() ? "" : " (" + std::string(vae_state) + ")"));
  }
  if (!model.prediction.empty()) row("prediction given", model.prediction);
  if (!model.model_config.empty()) row("configurations", model.model_config.string());
  row("modified", time_text(model.modified_ns));
  if (listed.is_in_box) return text;
  row("SHA-256",
      model.sha256.empty() ? "not computed yet: `redraw models verify " + shell_word(model.name) + "`" : model.sha256);
  if (!model.vae.sha256.empty()) row("SHA-256 of vae", model.vae.sha256);
  row("added", model.added);
  return text;
}

nlohmann::json listed_json(const ListedModel& listed) {
  nlohmann::json json = json_of(listed.model);
  json["state"] = listed.state == ModelState::unchanged ? "unchanged" : state_name(listed.state);
  json["is_default"] = listed.is_default;
  json["is_in_box"] = listed.is_in_box;
  if (!listed.fault.empty()) json["fault"] = listed.fault;
  return json;
}

}  // namespace redraw
