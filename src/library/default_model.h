// Where the files are that come with redraw: the model in the box and CLIP's vocabulary.
#pragma once

#include <filesystem>

namespace redraw {

// Both look into `data_folder` alone where one is given (EngineOptions::data_folder). Else they look around the running
// program and around libredraw.so where the code is in it (the folder itself, ../share/redraw, .. and ../.., which are
// an installation and the source tree), and then where `cmake --install` puts them without --prefix.

/// The folder of emoji-128, models/emoji-128 in one of those folders. Throws Error(file_not_found) with the places.
std::filesystem::path default_model_folder(const std::filesystem::path& data_folder = {});

/// The folder of CLIP's standard vocabulary (scripts/clip-vocabulary), clip-vocabulary in one of those folders; the
/// last of the places where it is in none.
std::filesystem::path clip_vocabulary_folder(const std::filesystem::path& data_folder = {});

}  // namespace redraw
