// The SQLite file of the registry: opening it safely, its schema, and what its errors mean to a person.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <filesystem>
#include <memory>
#include <optional>

namespace redraw {

/// Throws the Error for one of SQLite's: disk_full, output_not_writable, or registry_unusable, which for a damaged file
/// says how to make it anew.
[[noreturn]] void refuse_database(const std::filesystem::path& file, const SQLite::Exception& problem);

/// Calls function(), and throws what SQLite throws as refuse_database does.
template <typename Function>
auto in_database(const std::filesystem::path& file, Function function) {
  try {
    return function();
  } catch (const SQLite::Exception& e) {
    refuse_database(file, e);
  }
}

/// Opens it as it is. A rollback journal and SQLite's locks make it safe for several processes and against their ends
/// at any moment; who finds it locked waits half a minute. Opened for reading alone where it must not be written.
std::unique_ptr<SQLite::Database> open_database(const std::filesystem::path& file, bool may_create);

/// 0 for a file without content. Throws as refuse_database.
int schema_version(const std::filesystem::path& file, SQLite::Database& database);

/// True: the schema is there, of this version or an older one. False: there is none yet.
/// Throws Error(registry_unusable) for one that a newer redraw made.
bool has_schema(const std::filesystem::path& file, SQLite::Database& database);
/// Within a transaction.
void create_schema(SQLite::Database& database);
/// Brings a schema of an older redraw to this version, and everything in it over; within a transaction. Reading does
/// without: read_rows and find_row know the older one.
void upgrade_schema(SQLite::Database& database);

/// Where a folder's registry is being read or written, or made anew (exclusive); others wait that long. Released when
/// it goes, or when the process ends.
class RegistryLock {
 public:
  /// Throws Error(output_not_writable) where the folder cannot be opened.
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
