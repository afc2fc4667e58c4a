// A registry's database made anew from the list beside it and from the files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace redraw {

/// Takes names, places, the default and checksums from models.json (where that cannot be read, from the database, if
/// that can), looks at every model's files again, and then through all places as `scan` does. The database that was
/// there is kept as models.sqlite.before-rebuild. Returns what was done, a line each. Throws Error: registry_unusable
/// where a newer redraw made either, or neither can be read though there is one; disk_full, output_not_writable.
std::vector<std::string> rebuild_registry(const std::filesystem::path& root);

}  // namespace redraw
