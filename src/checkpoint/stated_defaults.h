// The settings that a model comes with: redraw.json in its folder, or the same in a single file's metadata.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "checkpoint/checkpoint.h"
#include "weights/metadata_keys.h"

namespace redraw {

inline constexpr std::string_view kDefaultsFile = "redraw.json";

/// Of a model in a folder or in a file; nothing where it states none. What is in it is checked by whoever uses it.
/// Throws Error: json_ codes; those of open_weights.
std::optional<JsonObject> stated_defaults(const std::filesystem::path& model);
/// Of a model that is open.
std::optional<JsonObject> stated_defaults(const Checkpoint& checkpoint);

}  // namespace redraw
