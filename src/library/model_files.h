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
  std::vector<std::string> names = {};  ///< of several files, relative to base(), sorted; empty for one file
  uint64_t bytes = 0;                   ///< of them all
  int64_t modified_ns = 0;              ///< of the newest, since 1970

  /// The folder that the names are relative to.
  std::filesystem::path base() const { return is_folder ? path : path.parent_path(); }
};

/// All that a run of the model loads (loaded_files). Of a folder also model_index.json, redraw.json, and of each part
/// its configurations, tokenizer and other safetensors; not pictures, cards, or other weights beside safetensors.
/// Throws Error: model_part_missing, model_file_unreadable; those of loaded_files.
ModelFiles model_files(const std::filesystem::path& path);

/// Of an autoencoder by itself, as --vae takes it: a file, or both halves of a tiny one; a folder with config.json; or
/// a diffusers model, of which its autoencoder is meant. Throws as model_files and loaded_vae_files.
ModelFiles vae_files(const std::filesystem::path& path);

/// Of a diffusers folder that lends a single file its configurations: those and the tokenizers, no weights. Throws as
/// model_files.
ModelFiles configuration_files(const std::filesystem::path& path);

/// The places of the files: a folder's, or the file itself.
std::vector<std::filesystem::path> file_paths(const ModelFiles& files);

/// Of one file its SHA-256, as download pages print it. Of several the SHA-256 of the text that `sha256sum` prints for
/// them in this order, named as in `names`. Throws Error as sha256_of_file.
std::string model_sha256(const ModelFiles& files);
/// The same of files whose sums are known, in the order of file_paths.
std::string model_sha256(const ModelFiles& files, const std::vector<std::string>& sums);

}  // namespace redraw
