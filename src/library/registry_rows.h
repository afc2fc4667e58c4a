// The rows of the registry's tables. All throw SQLite::Exception; see in_database.
#pragma once

#include <SQLiteCpp/Database.h>
#include <optional>
#include <string>
#include <string_view>

#include "library/registry_list.h"

namespace redraw {

/// Sorted by name, places by path.
RegistryList read_rows(SQLite::Database& database);
/// Names are compared as is_same_name does.
std::optional<RegisteredModel> find_row_of_name(SQLite::Database& database, std::string_view name);
std::optional<RegisteredModel> find_row_of_path(SQLite::Database& database, const std::filesystem::path& path);
// These three need this version's schema.
void insert_row(SQLite::Database& database, const RegisteredModel& model);
void update_row(SQLite::Database& database, const RegisteredModel& model);
void delete_row(SQLite::Database& database, const std::string& name);
/// False if it is already there.
bool insert_place(SQLite::Database& database, const std::filesystem::path& place);
/// Empty means the model in the box.
std::string read_default(SQLite::Database& database);
void write_default(SQLite::Database& database, const std::string& name);

}  // namespace redraw
