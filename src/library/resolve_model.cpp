#include "library/resolve_model.h"

#include "base/error.h"
#include "base/input_file.h"
#include "base/utf8.h"
#include "library/default_model.h"
#include "library/model_name.h"
#include "library/model_registry.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

// A model's place, and what the registry keeps of it if it knows the model.
struct FoundModel {
  fs::path path;
  CheckpointOptions kept = {};
  std::string what = {};  // "model 'my-sd15'"
};

FoundModel existing(const RegisteredModel& model, const std::string& what, const std::string& or_else) {
  if (is_there(model.path)) return {.path = model.path, .kept = model.options(), .what = what};
  throw Error(Code::file_not_found, what + " is gone: " + model.path.string() +
                                        "; `redraw models scan` looks for it in all places" + or_else);
}

FoundModel default_model(const fs::path& models_root, const fs::path& data_folder) {
  if (models_root.empty()) return {.path = default_model_folder(data_folder)};
  const ModelRegistry registry(models_root);
  const std::string name = registry.default_name();
  if (name.empty()) return {.path = default_model_folder(data_folder)};
  return existing(
      registry.require(name), "the default model '" + name + "'",
      ", `redraw models default " + std::string(kBoxModelName) + "` makes the model in the box the default");
}

// without_list: the message's reason if there is no list of models.
FoundModel find_listed_model(const std::string& asked, const fs::path& models_root, const fs::path& data_folder,
                             const char* without_list) {
  if (is_same_name(asked, kBoxModelName)) return {.path = default_model_folder(data_folder)};
  if (models_root.empty()) {
    throw Error(Code::model_unknown, "unknown model '" + std::string(cut_utf8(asked, 100)) + "': " + without_list);
  }
  const RegisteredModel model = ModelRegistry(models_root).require(asked);
  return existing(model, "model '" + model.name + "'", ", `redraw models list` shows all");
}

FoundModel find_model(const std::optional<std::string>& asked, const fs::path& models_root,
                      const fs::path& data_folder) {
  if (!asked) return default_model(models_root, data_folder);
  if (asked->find('/') != std::string::npos || is_there(*asked)) return {.path = *asked};
  return find_listed_model(*asked, models_root, data_folder,
                           "there is no such file or folder, and there is no list of models");
}

// The given value, or else the kept one, which must exist.
fs::path given_or_kept(const fs::path& given, const fs::path& kept, const std::string& what,
                       const std::string& option) {
  if (!given.empty() || kept.empty()) return given;
  if (is_there(kept)) return kept;
  throw Error(Code::file_not_found, what + " is gone: " + kept.string() +
                                        "; `redraw models scan` looks for it in all places, and " + option +
                                        " gives another");
}

// What is given goes before what the list keeps.
ChosenModel chosen_model(const FoundModel& found, const CheckpointOptions& given) {
  if (!given.prediction.empty()) find_prediction_type(given.prediction);
  ChosenModel chosen{.path = found.path, .options = given};
  chosen.options.vae = given_or_kept(given.vae, found.kept.vae, "the autoencoder of " + found.what, "--vae");
  chosen.options.configs = given_or_kept(given.configs, found.kept.configs,
                                         "the folder of configurations of " + found.what, "--model-config");
  if (given.prediction.empty()) chosen.options.prediction = found.kept.prediction;
  return chosen;
}

}  // namespace

fs::path resolve_model(const std::optional<std::string>& asked, const fs::path& models_root,
                       const fs::path& data_folder) {
  return find_model(asked, models_root, data_folder).path;
}

ChosenModel choose_model(const std::optional<std::string>& asked, const CheckpointOptions& given,
                         const fs::path& models_root, const fs::path& data_folder) {
  return chosen_model(find_model(asked, models_root, data_folder), given);
}

ChosenModel choose_model(const Request& request, const fs::path& models_root, const fs::path& data_folder) {
  const RequestModel& model = request.model;
  const CheckpointOptions given{.vae = model.vae.value_or(""),
                                .preview_vae = request.output.preview_vae.value_or(""),
                                .prediction = model.prediction.value_or(""),
                                .configs = model.model_config.value_or("")};
  if (model.model && model.is_listed_only)
    return chosen_model(find_listed_model(*model.model, models_root, data_folder, "there is no list of models"), given);
  return choose_model(model.model, given, models_root, data_folder);
}

Request with_model_path(Request request, const fs::path& models_root) {
  const bool is_of_registry =
      request.model.model || (!models_root.empty() && !ModelRegistry(models_root).default_name().empty());
  if (!is_of_registry) return request;
  const ChosenModel chosen = choose_model(request, models_root);
  request.model.model = chosen.path.string();
  request.model.is_listed_only = false;  // it is a path now, of the program's own
  const auto set = [](std::optional<std::string>& field, const std::string& value) {
    if (!value.empty()) field = value;
  };
  set(request.model.vae, chosen.options.vae.string());
  set(request.model.prediction, chosen.options.prediction);
  set(request.model.model_config, chosen.options.configs.string());
  return request;
}

}  // namespace redraw
