// Opening a weights file of whatever format.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "weights/weights_file.h"

namespace redraw {

/// Opens weights of any known format. The first bytes tell which:
/// - safetensors, GGUF, or a checkpoint of PyTorch;
/// - a JSON index of several files, which its name must tell as well (*.index.json, see ShardedFile);
/// - the folder of one part of a diffusers model; find_part_weights chooses the file, and path() says which.
/// Throws Error: those of the formats; model_unsupported for a file that is none of them, saying what it looks like and
/// what to do, and for weights that need factors (see refuse_scaled_fp8); model_part_missing for a folder without
/// weights; file_not_found where nothing is.
std::shared_ptr<const WeightsFile> open_weights(const std::filesystem::path& path);

/// WeightsFile::files() of the file or index at `path`, which is no folder, without opening them: reads an index alone.
/// Throws Error: those of read_text_file and parse_shard_index.
std::vector<std::filesystem::path> files_of_weights(const std::filesystem::path& path);

}  // namespace redraw
