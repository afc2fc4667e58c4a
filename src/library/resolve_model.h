// Decides which model is meant: a path, a name of the registry, the default, or the model in the box.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "checkpoint/checkpoint.h"
#include "redraw/request.h"

namespace redraw {

/// asked: the value of --model or Request::model. It is a path if it contains a '/', or if a file or folder of that
/// name exists. "emoji-128" is the model in the box. Anything else is a name of the registry in models_root. Empty
/// means the registry's default, else the model in the box. An empty models_root means there is no registry. A missing
/// model is never replaced by another one. data_folder: as in default_model.h. Throws Error: model_unknown with the
/// nearest names; file_not_found if a model of the registry is gone; registry_unusable.
std::filesystem::path resolve_model(const std::optional<std::string>& asked, const std::filesystem::path& models_root,
                                    const std::filesystem::path& data_folder = {});

/// A model, and what somebody said about it against its files.
struct ChosenModel {
  std::filesystem::path path;
  CheckpointOptions options;

  bool operator==(const ChosenModel&) const = default;
};

/// Like resolve_model, with what the registry keeps of a model known by name or as the default. The request's own
/// values take precedence. Throws as resolve_model; unknown_name for the prediction; file_not_found if an autoencoder
/// or configurations of the registry are gone.
ChosenModel choose_model(const std::optional<std::string>& asked, const CheckpointOptions& given,
                         const std::filesystem::path& models_root, const std::filesystem::path& data_folder = {});
/// The model of a request. With RequestModel::is_listed_only its name is looked up in the list and never taken for a
/// path, whatever lies in the working folder. Throws as above.
ChosenModel choose_model(const Request& request, const std::filesystem::path& models_root,
                         const std::filesystem::path& data_folder = {});

/// The request with its model's path and what the registry keeps of it. So it means the same model even when names or
/// the default change. A request that leaves the model open stays open if that means the model in the box. Throws as
/// choose_model.
Request with_model_path(Request request, const std::filesystem::path& models_root);

}  // namespace redraw
