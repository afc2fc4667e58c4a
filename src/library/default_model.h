// Finds the files that come with redraw: the model in the box and CLIP's vocabulary.
#pragma once

#include <filesystem>

namespace redraw {

// If `data_folder` is given (EngineOptions::data_folder), both functions search only there. Otherwise they search
// around the running program, and around libredraw.so if this code is in it. "Around" means the folder itself,
// ../share/redraw, .. and ../.., which covers an installation and the source tree. Last they search where `cmake
// --install` puts the files without --prefix.

/// The folder of emoji-128: models/emoji-128 in one of those folders. Throws Error(file_not_found) with the places.
std::filesystem::path default_model_folder(const std::filesystem::path& data_folder = {});

/// The folder of CLIP's standard vocabulary (scripts/clip-vocabulary): clip-vocabulary in one of those folders. If none
/// has it, the last of the places.
std::filesystem::path clip_vocabulary_folder(const std::filesystem::path& data_folder = {});

}  // namespace redraw
