// Paths that are near a model and are none: a file of a folder, the hub's cache, a folder of files.
#pragma once

#include <filesystem>
#include <string>

namespace redraw {

/// The folder of diffusers that a file or a folder of one part lies in; empty where there is none.
std::filesystem::path folder_of_part(const std::filesystem::path& part);

/// What a folder without model_index.json is, and the path to give: "is the cache of ...; give .../snapshots/abc".
/// Empty where nobody knows. Looks at names, and reads at most one config.json.
std::string advice_for_folder(const std::filesystem::path& folder);

/// The same for a file of a diffusers folder that holds no weights, by its name: model_index.json and the
/// configurations. Empty for any other file.
std::string advice_for_file(const std::filesystem::path& file);

}  // namespace redraw
