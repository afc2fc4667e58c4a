#include "library/registry_database.h"

#include <cerrno>
#include <fcntl.h>
#include <sqlite3.h>
#include <string>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

#include "base/error.h"
#include "base/temporary_file.h"

namespace redraw {
namespace {

constexpr int kSchemaVersion = 2;
constexpr int kBusyTimeoutMs = 30'000;

// folded: the name in the form in which names are compared, folded_text.
constexpr const char* kSchema = R"(
  CREATE TABLE models (
    name TEXT NOT NULL PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    is_folder INTEGER NOT NULL,
    format TEXT NOT NULL,
    family TEXT NOT NULL,
    prediction_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    added TEXT NOT NULL,
    folded TEXT NOT NULL DEFAULT '',
    vae TEXT NOT NULL DEFAULT '',
    vae_bytes INTEGER NOT NULL DEFAULT 0,
    vae_modified_ns INTEGER NOT NULL DEFAULT 0,
    vae_sha256 TEXT NOT NULL DEFAULT '',
    prediction TEXT NOT NULL DEFAULT '',
    model_config TEXT NOT NULL DEFAULT ''
  ) STRICT;
  CREATE UNIQUE INDEX models_by_folded ON models (folded);
  CREATE TABLE places (path TEXT NOT NULL PRIMARY KEY) STRICT;
  CREATE TABLE settings (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;
)";

// What version 2 added. Version 1 had ASCII names, compared without regard to case. So SQLite's lower() folds them, and
// different names stay different.
constexpr const char* kUpgradeTo2 = R"(
  ALTER TABLE models ADD COLUMN folded TEXT NOT NULL DEFAULT '';
  ALTER TABLE models ADD COLUMN vae TEXT NOT NULL DEFAULT '';
  ALTER TABLE models ADD COLUMN vae_bytes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE models ADD COLUMN vae_modified_ns INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE models ADD COLUMN vae_sha256 TEXT NOT NULL DEFAULT '';
  ALTER TABLE models ADD COLUMN prediction TEXT NOT NULL DEFAULT '';
  ALTER TABLE models ADD COLUMN model_config TEXT NOT NULL DEFAULT '';
  UPDATE models SET folded = lower(name);
  CREATE UNIQUE INDEX models_by_folded ON models (folded);
)";

int version_of(SQLite::Database& database) {
  return database.execAndGet("PRAGMA user_version").getInt();
}

void set_version(SQLite::Database& database) {
  database.exec("PRAGMA user_version = " + std::to_string(kSchemaVersion));
}

}  // namespace

void refuse_database(const std::filesystem::path& file, const SQLite::Exception& problem) {
  const std::string where = file.string() + ": ";
  const std::string reason = problem.what();
  switch (problem.getErrorCode()) {
    case SQLITE_FULL:
      throw Error(Code::disk_full, where + "cannot be written: " + reason + "; make room");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      throw Error(Code::output_not_writable,
                  where + "cannot be written: " + reason + "; choose another place with --models-root");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(
          Code::registry_unusable,
          where + "another process has locked the list of models for half a minute; try again when it has finished");
    default:
      throw Error(Code::registry_unusable, where + "the list of models is damaged (" + reason +
                                               "); `redraw models rebuild` recreates it from the files");
  }
}

std::unique_ptr<SQLite::Database> open_database(const std::filesystem::path& file, bool may_create) {
  return in_database(file, [&] {
    const bool is_writable = may_create || ::access(file.c_str(), W_OK) == 0;
    const int flags =
        is_writable ? SQLite::OPEN_READWRITE | (may_create ? SQLite::OPEN_CREATE : 0) : SQLite::OPEN_READONLY;
    return std::make_unique<SQLite::Database>(file.string(), flags, kBusyTimeoutMs);
  });
}

int schema_version(const std::filesystem::path& file, SQLite::Database& database) {
  return in_database(file, [&] { return version_of(database); });
}

bool has_schema(const std::filesystem::path& file, SQLite::Database& database) {
  const int version = schema_version(file, database);
  if (version > kSchemaVersion) {
    throw Error(Code::registry_unusable, file.string() + ": the list of models was made by a newer redraw (version " +
                                             std::to_string(version) + "; this one knows version " +
                                             std::to_string(kSchemaVersion) +
                                             "); use the newer redraw, or another --models-root");
  }
  return version != 0;
}

void create_schema(SQLite::Database& database) {
  database.exec(kSchema);
  set_version(database);
}

void upgrade_schema(SQLite::Database& database) {
  if (version_of(database) >= kSchemaVersion) return;
  database.exec(kUpgradeTo2);
  set_version(database);
}

RegistryLock::RegistryLock(const std::filesystem::path& folder, bool is_exclusive)
    : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) refuse_output(folder, errno, "opened");
  // A file system without locks refuses this. Then the database's own locks must do.
  while (::flock(descriptor_, is_exclusive ? LOCK_EX : LOCK_SH) != 0 && errno == EINTR) {
  }
}

RegistryLock::RegistryLock(RegistryLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

RegistryLock::~RegistryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace redraw
