// The files of a model, in the place where they are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace redraw {

struct ModelFiles {
  std::filesystem::path path;           ///< of the model
  bool is_folder = false;               ///< a diffusers folder
  std::vector<std::string> names = {};  ///< files of a folder, relative to base(), sorted; empty for a single file
  uint64_t bytes = 0;                   ///< of them all
  int64_t modified_ns = 0;              ///< of the newest file, since 1970

  /// The folder that the names are relative to.
  std::filesystem::path base() const { return is_folder ? path : path.parent_path(); }
};

/// All files that a run of the model loads (loaded_files). A folder also counts model_index.json, redraw.json, and each
/// part's configurations, tokenizer and other safetensors. It does not count pictures, model cards, or other weights
/// beside safetensors. Throws Error: model_part_missing, model_file_unreadable, and those of loaded_files.
ModelFiles model_files(const std::filesystem::path& path);

/// The files of an autoencoder by itself, as --vae takes it. It may be a file, both halves of a tiny one, or a folder
/// with config.json. A diffusers model stands for its autoencoder. Throws as model_files and loaded_vae_files.
ModelFiles vae_files(const std::filesystem::path& path);

/// The files of a diffusers folder that lends a single file its configurations: those and the tokenizers, no weights.
/// Throws as model_files.
ModelFiles configuration_files(const std::filesystem::path& path);

/// The places of the files.
std::vector<std::filesystem::path> file_paths(const ModelFiles& files);

/// The SHA-256 of a single file, as download pages print it. Several files give the SHA-256 of the text that
/// `sha256sum` prints for them in this order, with the names of `names`. Throws Error as sha256_of_file.
std::string model_sha256(const ModelFiles& files);
/// The same of files whose sums are known, in the order of file_paths.
std::string model_sha256(const ModelFiles& files, const std::vector<std::string>& sums);

}  // namespace redraw
