// Which model a request means, and what that model states.
#pragma once

#include <filesystem>

#include "checkpoint/model_spec.h"
#include "library/resolve_model.h"
#include "request/model_defaults.h"

namespace redraw {

/// Throws as choose_model.
ChosenModel model_choice(const Request& request, const std::filesystem::path& models_root,
                         const std::filesystem::path& data_folder);

/// What holds for a model where the request says nothing: what it states itself (`stated`), the sampler that its
/// scheduler configuration names, what its kind is used with, and what the list of models keeps of it.
ModelDefaults model_defaults(ModelDefaults stated, const ChosenModel& choice, const ModelSpec& spec);

}  // namespace redraw
