// That a conversion does not write over what it reads. Internal to checkpoint.
#pragma once

#include <filesystem>

#include "checkpoint/checkpoint.h"

namespace redraw {

/// Throws Error(usage) where `destination`, or a folder or file that a conversion writes in it, is one of the files of
/// `source` or lies within its folder: under whatever name, by links of either kind.
void refuse_own_files(const Checkpoint& source, const std::filesystem::path& destination);

}  // namespace redraw
