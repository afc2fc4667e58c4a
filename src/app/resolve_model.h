// Which model is meant: a path, a name of the registry, the default, or the model in the box.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "redraw/request.h"

namespace redraw {

/// asked: what --model or Request::model says. With a '/' in it, or where a file or folder of that name is there, it is
/// a path; "emoji-128" is the model in the box; else a name of the registry in models_root. Empty: the registry's
/// default, else the model in the box. An empty models_root: there is no registry. Never another model in place of one
/// that is not there. Throws Error: model_unknown with the nearest names; file_not_found for a model of the registry
/// that is gone; registry_unusable.
std::filesystem::path resolve_model(const std::optional<std::string>& asked, const std::filesystem::path& models_root);

/// The request with the path of its model, so that it stays the same when names or the default change. One that leaves
/// the model open stays so where that means the model in the box. Throws as resolve_model.
Request with_model_path(Request request, const std::filesystem::path& models_root);

}  // namespace redraw
