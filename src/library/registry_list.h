// models.json beside the registry's database: the same content in a file that survives the database.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "library/registered_model.h"

namespace redraw {

/// What people told the registry, and what was expensive to compute (checksums).
struct RegistryList {
  std::vector<RegisteredModel> models = {};
  std::vector<std::filesystem::path> places = {};
  std::string default_name = {};  ///< empty: the model in the box
};

/// Throws Error: json_ codes; registry_unusable if a newer redraw wrote it.
RegistryList read_registry_list(const std::filesystem::path& file);
/// Writes the whole file, or keeps the old one. Throws Error: disk_full, output_not_writable.
void write_registry_list(const std::filesystem::path& file, const RegistryList& list);

}  // namespace redraw
