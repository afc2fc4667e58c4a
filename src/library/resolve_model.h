// Which model is meant: a path, a name of the registry, the default, or the model in the box.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "checkpoint/checkpoint.h"
#include "redraw/request.h"

namespace redraw {

/// asked: what --model or Request::model says. With a '/' in it, or where a file or folder of that name is there, it is
/// a path; "emoji-128" is the model in the box; else a name of the registry in models_root. Empty: the registry's
/// default, else the model in the box. An empty models_root: there is no registry. Never another model in place of one
/// that is not there. Throws Error: model_unknown with the nearest names; file_not_found for a model of the registry
/// that is gone; registry_unusable. data_folder: as in default_model.h.
std::filesystem::path resolve_model(const std::optional<std::string>& asked, const std::filesystem::path& models_root,
                                    const std::filesystem::path& data_folder = {});

/// A model and what is known better than its files say.
struct ChosenModel {
  std::filesystem::path path;
  CheckpointOptions options;

  bool operator==(const ChosenModel&) const = default;
};

/// The same, with what the registry keeps of a model that it knows by name, or as the default; what the request gives
/// goes before. Throws as resolve_model, unknown_name for the prediction, and file_not_found for an autoencoder or
/// configurations of the registry that are gone.
ChosenModel choose_model(const std::optional<std::string>& asked, const CheckpointOptions& given,
                         const std::filesystem::path& models_root, const std::filesystem::path& data_folder = {});
/// The model of a request. With RequestModel::is_listed_only its name is looked up in the list and never taken for a
/// path, whatever lies in the working folder. Throws as above.
ChosenModel choose_model(const Request& request, const std::filesystem::path& models_root,
                         const std::filesystem::path& data_folder = {});

/// The SHA-256 that `redraw models verify` has kept of a model, where its files have not changed since; else empty,
/// also where there is no list or it cannot be read.
std::string verified_sha256(const std::filesystem::path& model, const std::filesystem::path& models_root);

/// The request with the path of its model and what the registry keeps of it, so that it stays the same when names or
/// the default change. One that leaves the model open stays so where that means the model in the box. Throws as
/// choose_model.
Request with_model_path(Request request, const std::filesystem::path& models_root);

}  // namespace redraw
