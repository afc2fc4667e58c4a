#include "library/registry_rows.h"

#include <SQLiteCpp/Statement.h>

#include "base/unicode_text.h"

namespace redraw {
namespace {

constexpr std::string_view kColumns =
    "name, path, is_folder, format, family, prediction_type, bytes, modified_ns, sha256, added";

// Version 1 had nothing given with a model. Its names were ASCII, compared without regard to case.
bool is_of_version_1(SQLite::Database& database) {
  return database.execAndGet("PRAGMA user_version").getInt() == 1;
}

std::string select(SQLite::Database& database) {
  const char* given = is_of_version_1(database)
                          ? "'', 0, 0, '', '', ''"
                          : "vae, vae_bytes, vae_modified_ns, vae_sha256, prediction, model_config";
  return "SELECT " + std::string(kColumns) + ", " + given + " FROM models ";
}

RegisteredModel model_of(const SQLite::Statement& row) {
  return {.name = row.getColumn(0).getString(),
          .path = row.getColumn(1).getString(),
          .is_folder = row.getColumn(2).getInt() != 0,
          .summary = ModelSummary{.format = row.getColumn(3).getString(),
                                  .family = row.getColumn(4).getString(),
                                  .prediction_type = row.getColumn(5).getString(),
                                  .bytes = static_cast<uint64_t>(row.getColumn(6).getInt64())},
          .modified_ns = row.getColumn(7).getInt64(),
          .sha256 = row.getColumn(8).getString(),
          .added = row.getColumn(9).getString(),
          .vae = RegisteredVae{.path = row.getColumn(10).getString(),
                               .bytes = static_cast<uint64_t>(row.getColumn(11).getInt64()),
                               .modified_ns = row.getColumn(12).getInt64(),
                               .sha256 = row.getColumn(13).getString()},
          .prediction = row.getColumn(14).getString(),
          .model_config = row.getColumn(15).getString()};
}

// In the order of the columns above, with the folded name last.
void bind(SQLite::Statement& statement, const RegisteredModel& model) {
  statement.bind(1, model.name);
  statement.bind(2, model.path.string());
  statement.bind(3, model.is_folder ? 1 : 0);
  statement.bind(4, model.summary.format);
  statement.bind(5, model.summary.family);
  statement.bind(6, model.summary.prediction_type);
  statement.bind(7, static_cast<int64_t>(model.summary.bytes));
  statement.bind(8, model.modified_ns);
  statement.bind(9, model.sha256);
  statement.bind(10, model.added);
  statement.bind(11, model.vae.path.string());
  statement.bind(12, static_cast<int64_t>(model.vae.bytes));
  statement.bind(13, model.vae.modified_ns);
  statement.bind(14, model.vae.sha256);
  statement.bind(15, model.prediction);
  statement.bind(16, model.model_config.string());
  statement.bind(17, folded_text(model.name));
}

std::optional<RegisteredModel> find_row(SQLite::Database& database, const std::string& condition,
                                        const std::string& value) {
  SQLite::Statement statement(database, select(database) + "WHERE " + condition);
  statement.bind(1, value);
  if (!statement.executeStep()) return std::nullopt;
  return model_of(statement);
}

}  // namespace

RegistryList read_rows(SQLite::Database& database) {
  RegistryList list{.models = {}, .places = {}, .default_name = read_default(database)};
  SQLite::Statement models(database, select(database) + "ORDER BY name COLLATE NOCASE");
  while (models.executeStep()) list.models.push_back(model_of(models));
  SQLite::Statement places(database, "SELECT path FROM places ORDER BY path");
  while (places.executeStep()) list.places.emplace_back(places.getColumn(0).getString());
  return list;
}

std::optional<RegisteredModel> find_row_of_name(SQLite::Database& database, std::string_view name) {
  return find_row(database, is_of_version_1(database) ? "lower(name) = ?" : "folded = ?", folded_text(name));
}

std::optional<RegisteredModel> find_row_of_path(SQLite::Database& database, const std::filesystem::path& path) {
  return find_row(database, "path = ?", path.string());
}

void insert_row(SQLite::Database& database, const RegisteredModel& model) {
  SQLite::Statement statement(database,
                              "INSERT INTO models (" + std::string(kColumns) +
                                  ", vae, vae_bytes, vae_modified_ns, vae_sha256, prediction, model_config, folded) "
                                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  bind(statement, model);
  statement.exec();
}

void update_row(SQLite::Database& database, const RegisteredModel& model) {
  SQLite::Statement statement(
      database,
      "UPDATE models SET path = ?2, is_folder = ?3, format = ?4, family = ?5, "
      "prediction_type = ?6, bytes = ?7, modified_ns = ?8, sha256 = ?9, added = ?10, vae = ?11, "
      "vae_bytes = ?12, vae_modified_ns = ?13, vae_sha256 = ?14, prediction = ?15, "
      "model_config = ?16, folded = ?17 WHERE name = ?1");
  bind(statement, model);
  statement.exec();
}

void delete_row(SQLite::Database& database, const std::string& name) {
  SQLite::Statement statement(database, "DELETE FROM models WHERE folded = ?");
  statement.bind(1, folded_text(name));
  statement.exec();
}

bool insert_place(SQLite::Database& database, const std::filesystem::path& place) {
  SQLite::Statement statement(database, "INSERT OR IGNORE INTO places VALUES (?)");
  statement.bind(1, place.string());
  return statement.exec() == 1;
}

std::string read_default(SQLite::Database& database) {
  SQLite::Statement statement(database, "SELECT value FROM settings WHERE key = 'default'");
  return statement.executeStep() ? statement.getColumn(0).getString() : std::string();
}

void write_default(SQLite::Database& database, const std::string& name) {
  SQLite::Statement statement(database, "INSERT OR REPLACE INTO settings VALUES ('default', ?)");
  statement.bind(1, name);
  statement.exec();
}

}  // namespace redraw
