// Recreates a registry's database from the list beside it and from the files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace redraw {

/// Takes names, places, the default and checksums from models.json. If that cannot be read, it takes them from the
/// database if possible. Then it checks every model's files again and scans all places as `scan` does. The old database
/// is kept as models.sqlite.before-rebuild. Returns what was done, a line each. Throws Error: disk_full,
/// output_not_writable; registry_unusable if a newer redraw made either file, or if files exist and neither can be
/// read.
std::vector<std::string> rebuild_registry(const std::filesystem::path& root);

}  // namespace redraw
