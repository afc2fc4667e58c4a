// Where the model in the box is.
#pragma once

#include <filesystem>

namespace redraw {

/// The folder of emoji-128: beside the running program (models/), in an installation (../share/redraw/models/), or in
/// the source tree that it was built in (../../models/). Throws Error(file_not_found) listing where it was sought.
std::filesystem::path default_model_folder();

/// Where CLIP's standard vocabulary was installed for this program (scripts/clip-vocabulary); the last place looked at
/// where it is in none.
std::filesystem::path clip_vocabulary_folder();

}  // namespace redraw
