// The registry for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "library/model_registry.h"

namespace redraw {

/// A model of the registry, or the one in the box, with what is true of it now.
struct ListedModel {
  RegisteredModel model;
  ModelState state = ModelState::unchanged;
  bool is_default = false;
  bool is_in_box = false;
  std::string fault = {};  ///< of listed_model alone: why it cannot be run, as a run would say it
};

/// The model in the box first, where it is there, then the registry's by name.
std::vector<ListedModel> listed_models(const ModelRegistry& registry);
/// One of them, looked at as closely as a run looks. Throws Error(model_unknown).
ListedModel listed_model(const ModelRegistry& registry, const std::string& name);

/// A table: name, default or missing or changed, family, prediction, format, size, path.
std::string model_table(const std::vector<ListedModel>& models);
/// Everything about one, a line each.
std::string model_text(const ListedModel& model);
/// As json_of, with "state", "is_default" and "is_in_box", and "fault" where there is one.
nlohmann::json listed_json(const ListedModel& model);

}  // namespace redraw
