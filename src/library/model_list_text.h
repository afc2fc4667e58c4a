// Prints the registry for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "library/model_registry.h"

namespace redraw {

/// A model of the registry, or the one in the box, with its present state.
struct ListedModel {
  RegisteredModel model;
  ModelState state = ModelState::unchanged;
  bool is_default = false;
  bool is_in_box = false;
  std::string fault = {};  ///< set only by listed_model: why it cannot be run, as a run would say it
};

/// The model in the box first, if it is there. Then the registry's models by name.
std::vector<ListedModel> listed_models(const ModelRegistry& registry);
/// One model, checked as closely as a run checks it. Throws Error(model_unknown).
ListedModel listed_model(const ModelRegistry& registry, const std::string& name);

/// A table: name, default or missing or changed, family, prediction, format, size, path.
std::string model_table(const std::vector<ListedModel>& models);
/// Everything about one model, a line each.
std::string model_text(const ListedModel& model);
/// Like json_of, with "state", "is_default" and "is_in_box", and "fault" if there is one.
nlohmann::json listed_json(const ListedModel& model);

}  // namespace redraw
