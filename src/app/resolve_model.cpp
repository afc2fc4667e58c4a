#include "app/resolve_model.h"

#include "app/default_model.h"
#include "app/model_name.h"
#include "app/model_registry.h"
#include "base/error.h"
#include "base/input_file.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

// what: "model 'my-sd15'"
fs::path existing(const RegisteredModel& model, const std::string& what, const std::string& or_else) {
  if (is_there(model.path)) return model.path;
  throw Error(Code::file_not_found, what + " is gone: " + model.path.string() +
                                        "; `redraw models scan` looks for it in all places" + or_else);
}

fs::path default_model(const fs::path& models_root) {
  if (models_root.empty()) return default_model_folder();
  const ModelRegistry registry(models_root);
  const std::string name = registry.default_name();
  if (name.empty()) return default_model_folder();
  return existing(
      registry.require(name), "the default model '" + name + "'",
      ", `redraw models default " + std::string(kBoxModelName) + "` makes the model in the box the default");
}

}  // namespace

fs::path resolve_model(const std::optional<std::string>& asked, const fs::path& models_root) {
  if (!asked) return default_model(models_root);
  if (asked->find('/') != std::string::npos || is_there(*asked)) return *asked;
  if (is_same_name(*asked, kBoxModelName)) return default_model_folder();
  if (models_root.empty()) {
    throw Error(Code::model_unknown, "unknown model '" + asked->substr(0, 100) +
                                         "': there is no such file or folder, and no list of models to look into");
  }
  const RegisteredModel model = ModelRegistry(models_root).require(*asked);
  return existing(model, "model '" + model.name + "'", ", `redraw models list` shows all");
}

Request with_model_path(Request request, const fs::path& models_root) {
  const bool is_of_registry =
      request.model || (!models_root.empty() && !ModelRegistry(models_root).default_name().empty());
  if (is_of_registry) request.model = resolve_model(request.model, models_root).string();
  return request;
}

}  // namespace redraw
