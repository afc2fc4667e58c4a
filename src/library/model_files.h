// The files that a model consists of, where it lies.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace redraw {

struct ModelFiles {
  std::filesystem::path path;           ///< of the model
  bool is_folder = false;               ///< a diffusers folder
  std::vector<std::string> names = {};  ///< of a folder's files, relative to it, sorted; empty for a file
  uint64_t bytes = 0;                   ///< of them all
  int64_t modified_ns = 0;              ///< of the newest, since 1970
};

/// Of a folder those that its model uses: model_index.json, redraw.json, and of each part configurations, weights and
/// tokenizer; not pictures, cards, or weights beside the safetensors that hold the same. Throws Error:
/// model_part_missing, model_file_unreadable; those of DiffusersFolder::open.
ModelFiles model_files(const std::filesystem::path& path);

/// Of an autoencoder by itself, as --vae takes it: a file; a folder with config.json; or a diffusers model, of which
/// its autoencoder is meant. Throws as model_files.
ModelFiles vae_files(const std::filesystem::path& path);

/// Of a diffusers folder that lends a single file its configurations: those and the tokenizers, no weights. Throws as
/// model_files.
ModelFiles configuration_files(const std::filesystem::path& path);

/// The places of the files: a folder's, or the file itself.
std::vector<std::filesystem::path> paths_of(const ModelFiles& files);

/// Of a file its SHA-256, as download pages print it. Of a folder the SHA-256 of the text that `sha256sum` prints for
/// its files in this order, named as in `names`. Throws Error as sha256_of_file.
std::string model_sha256(const ModelFiles& files);
/// The same of files whose sums are known, in the order of paths_of.
std::string model_sha256(const ModelFiles& files, const std::vector<std::string>& sums);

}  // namespace redraw
