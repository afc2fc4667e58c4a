// The SQLite file of the registry: opens it safely, defines its schema, and turns its errors into messages.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <filesystem>
#include <memory>
#include <optional>

namespace redraw {

/// Throws the Error for an SQLite error: disk_full, output_not_writable or registry_unusable. For a damaged file the
/// message says how to recreate it.
[[noreturn]] void refuse_database(const std::filesystem::path& file, const SQLite::Exception& problem);

/// Calls function(), and passes SQLite's exceptions to refuse_database.
template <typename Function>
auto in_database(const std::filesystem::path& file, Function function) {
  try {
    return function();
  } catch (const SQLite::Exception& e) {
    refuse_database(file, e);
  }
}

/// Opens the file without changing it. A rollback journal and SQLite's locks make it safe for several processes, and if
/// one ends at any moment. A process that finds it locked waits half a minute. A file that cannot be written is opened
/// read-only.
std::unique_ptr<SQLite::Database> open_database(const std::filesystem::path& file, bool may_create);

/// 0 for an empty file. Throws as refuse_database.
int schema_version(const std::filesystem::path& file, SQLite::Database& database);

/// True: the schema is there, in this version or an older one. False: there is none yet. Throws
/// Error(registry_unusable) if a newer redraw made it.
bool has_schema(const std::filesystem::path& file, SQLite::Database& database);
/// Call within a transaction.
void create_schema(SQLite::Database& database);
/// Migrates an older redraw's schema and its content to this version. Call within a transaction. Reading needs no
/// migration: read_rows and find_row know the older schema.
void upgrade_schema(SQLite::Database& database);

/// Locks a folder's registry while it is read or written, or exclusively while it is rebuilt. Others wait meanwhile.
/// The lock is released when the object is destroyed or the process ends.
class RegistryLock {
 public:
  /// Throws Error(output_not_writable) if the folder cannot be opened.
  RegistryLock(const std::filesystem::path& folder, bool is_exclusive);
  RegistryLock(RegistryLock&& other) noexcept;
  RegistryLock(const RegistryLock&) = delete;
  RegistryLock& operator=(const RegistryLock&) = delete;
  RegistryLock& operator=(RegistryLock&&) = delete;
  ~RegistryLock();

 private:
  int descriptor_ = -1;
};

}  // namespace redraw
