// A model as the registry knows it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/model_summary.h"

namespace redraw {

struct RegisteredModel {
  std::string name = {};
  std::filesystem::path path = {};  ///< absolute, without links
  bool is_folder = false;           ///< a diffusers folder
  ModelSummary summary = {};
  int64_t modified_ns = 0;  ///< of its newest file, since 1970
  std::string sha256 = {};  ///< model_sha256; empty until it was verified
  std::string added = {};   ///< "2026-11-24T17:55:51Z"

  friend bool operator==(const RegisteredModel& a, const RegisteredModel& b);
};

/// Looks at what lies there; without a name and a time of adding. Throws Error as summarise_model, and usage where the
/// path is not UTF-8, which a list in JSON cannot hold.
RegisteredModel describe_model(const std::filesystem::path& path);

enum class ModelState { unchanged, changed, missing };
/// By size and time of its files; no contents are read.
ModelState state_of(const RegisteredModel& model);

/// {"name": ..., "path": ..., "kind": "file" or "folder", "format", "family", "prediction_type", "bytes",
///  "modified_ns", "sha256", "added"}
nlohmann::json json_of(const RegisteredModel& model);
/// Reads that back. `where`: the file, for messages. Throws Error: json_ codes.
RegisteredModel model_of(const nlohmann::json& json, const std::string& where);

/// Seconds in UTC, as above.
std::string time_now();

}  // namespace redraw
