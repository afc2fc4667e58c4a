// A model as the registry knows it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "library/model_summary.h"

namespace redraw {

/// An autoencoder that was given with a model, and the state of its files at that time.
struct RegisteredVae {
  std::filesystem::path path = {};  ///< absolute, without links; empty: the model's own
  uint64_t bytes = 0;
  int64_t modified_ns = 0;  ///< of its newest file, since 1970
  std::string sha256 = {};  ///< model_sha256 of vae_files; empty until the first verify

  bool operator==(const RegisteredVae&) const = default;
};

struct RegisteredModel {
  std::string name = {};
  std::filesystem::path path = {};  ///< absolute, without links
  bool is_folder = false;           ///< a diffusers folder
  ModelSummary summary = {};
  int64_t modified_ns = 0;  ///< of its newest file, since 1970
  std::string sha256 = {};  ///< model_sha256; empty until the first verify
  std::string added = {};   ///< "2026-11-24T17:55:51Z"
  RegisteredVae vae = {};
  std::string prediction = {};              ///< given with the model; empty: the model's own
  std::filesystem::path model_config = {};  ///< folder given with the model, absolute; empty: the model's own

  /// The options that runs open it with.
  CheckpointOptions options() const { return {.vae = vae.path, .prediction = prediction, .configs = model_config}; }

  friend bool operator==(const RegisteredModel& a, const RegisteredModel& b);
};

/// Describes the model at a path, without a name and a time of adding. options: what is given with it, except previews.
/// Throws Error as summarise_model; unknown_name for the prediction; usage if a path is not UTF-8, because a list in
/// JSON cannot hold it.
RegisteredModel describe_model(const std::filesystem::path& path, const CheckpointOptions& options = {});
/// Describes the same model again: its present state under its name, with its checksums.
RegisteredModel described_again(const RegisteredModel& model, const std::filesystem::path& path);

/// Absolute, without links. Throws Error: file_not_found; usage if the path is not UTF-8, because a list in JSON cannot
/// hold it.
std::filesystem::path place_to_keep(const std::filesystem::path& path);

enum class ModelState { unchanged, changed, missing };
/// Decided by size and time of its files and of what was given with it. No contents are read.
ModelState state_of(const RegisteredModel& model);
/// The state of the autoencoder that was given with it; unchanged if there is none.
ModelState state_of_vae(const RegisteredModel& model);

/// {"name": ..., "path": ..., "kind": "file" or "folder", "format", "family", "prediction_type", "bytes",
///  "modified_ns", "sha256", "added"}, and where they were given "vae": {"path", "bytes", "modified_ns", "sha256"},
/// "prediction", "model_config"
nlohmann::json json_of(const RegisteredModel& model);
/// Parses that JSON. `where`: the file, for messages. Throws Error: json_ codes.
RegisteredModel model_of(const nlohmann::json& json, const std::string& where);

/// The time now in UTC, to the second, in the form above.
std::string time_now();

}  // namespace redraw
