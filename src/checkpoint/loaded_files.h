// The files that a model's numbers come from, found without opening them.
#pragma once

#include <filesystem>
#include <vector>

namespace redraw {

/// The weights files that Checkpoint::open reads for a model: of a file itself, of an index the shards too, of a folder
/// those of its parts that are there. Throws Error: those of DiffusersFolder::open and parse_shard_index.
std::vector<std::filesystem::path> loaded_files(const std::filesystem::path& model);

/// Those that it reads for an autoencoder by itself (CheckpointOptions::vae): as above, and the other half of a tiny
/// one that comes as two files. Where a file's name tells that it may be a half, its header is read. Throws as above,
/// and as open_weights.
std::vector<std::filesystem::path> loaded_vae_files(const std::filesystem::path& vae);

}  // namespace redraw
