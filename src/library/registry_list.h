// models.json beside the registry's database: the same content in a form that outlives it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "library/registered_model.h"

namespace redraw {

/// What people have told the registry, and what it has found out at some cost (checksums).
struct RegistryList {
  std::vector<RegisteredModel> models = {};
  std::vector<std::filesystem::path> places = {};
  std::string default_name = {};  ///< empty: the model in the box
};

/// Throws Error: json_ codes; registry_unusable for one that a newer redraw wrote.
RegistryList read_registry_list(const std::filesystem::path& file);
/// Whole, or the old one stays. Throws Error: disk_full, output_not_writable.
void write_registry_list(const std::filesystem::path& file, const RegistryList& list);

}  // namespace redraw
