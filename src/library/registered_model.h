// A model as the registry knows it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "library/model_summary.h"

namespace redraw {

/// An autoencoder that was given with a model, as its files were then.
struct RegisteredVae {
  std::filesystem::path path = {};  ///< absolute, without links; empty: the model's own
  uint64_t bytes = 0;
  int64_t modified_ns = 0;  ///< of its newest file, since 1970
  std::string sha256 = {};  ///< model_sha256 of vae_files; empty until it was verified

  bool operator==(const RegisteredVae&) const = default;
};

struct RegisteredModel {
  std::string name = {};
  std::filesystem::path path = {};  ///< absolute, without links
  bool is_folder = false;           ///< a diffusers folder
  ModelSummary summary = {};
  int64_t modified_ns = 0;  ///< of its newest file, since 1970
  std::string sha256 = {};  ///< model_sha256; empty until it was verified
  std::string added = {};   ///< "2026-11-24T17:55:51Z"
  RegisteredVae vae = {};
  std::string prediction = {};              ///< that was given with it; empty: the model's own
  std::filesystem::path model_config = {};  ///< folder that was given with it, absolute; empty: the model's own

  /// What runs of it open it with.
  CheckpointOptions options() const { return {.vae = vae.path, .prediction = prediction, .configs = model_config}; }

  friend bool operator==(const RegisteredModel& a, const RegisteredModel& b);
};

/// Looks at what lies there; without a name and a time of adding. options: what is given with it, but for previews.
/// Throws Error as summarise_model, unknown_name for the prediction, and usage where a path is not UTF-8, which a list
/// in JSON cannot hold.
RegisteredModel describe_model(const std::filesystem::path& path, const CheckpointOptions& options = {});
/// The same model looked at again: what is found now under its name, with its checksums.
RegisteredModel described_again(const RegisteredModel& model, const std::filesystem::path& path);

/// Absolute, without links. Throws Error: file_not_found; usage where it is not UTF-8, which a list in JSON cannot
/// hold.
std::filesystem::path place_to_keep(const std::filesystem::path& path);

enum class ModelState { unchanged, changed, missing };
/// By size and time of its files and of what was given with it; no contents are read.
ModelState state_of(const RegisteredModel& model);
/// Of the autoencoder that was given with it; unchanged where there is none.
ModelState state_of_vae(const RegisteredModel& model);

/// {"name": ..., "path": ..., "kind": "file" or "folder", "format", "family", "prediction_type", "bytes",
///  "modified_ns", "sha256", "added"}, and where they were given "vae": {"path", "bytes", "modified_ns", "sha256"},
/// "prediction", "model_config"
nlohmann::json json_of(const RegisteredModel& model);
/// Reads that back. `where`: the file, for messages. Throws Error: json_ codes.
RegisteredModel model_of(const nlohmann::json& json, const std::string& where);

/// Seconds in UTC, as above.
std::string time_now();

}  // namespace redraw
