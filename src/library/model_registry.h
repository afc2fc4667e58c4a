// The list of models: their names and where they are. Nothing is copied or moved.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "library/registered_model.h"
#include "library/registry_list.h"

namespace SQLite {
class Database;
}

namespace redraw {

class RegistryLock;

/// A root folder holds models.sqlite, and beside it models.json with the same content. Every change writes models.json
/// before it commits. `rebuild_registry` recreates the database from it. Several processes may use one registry at a
/// time. Every call throws Error(registry_unusable) if the database is damaged, or if it is gone while models.json is
/// there.
class ModelRegistry {
 public:
  /// Reads and creates nothing yet. The first change creates the folder and the database.
  explicit ModelRegistry(std::filesystem::path root);
  ModelRegistry(const ModelRegistry&) = delete;
  ModelRegistry& operator=(const ModelRegistry&) = delete;
  ~ModelRegistry();

  const std::filesystem::path& root() const { return root_; }
  /// The place that every scan searches. It need not exist.
  std::filesystem::path models_folder() const { return root_ / "models"; }

  /// Sorted by name.
  std::vector<RegisteredModel> models() const;
  /// Names are compared as is_same_name does.
  std::optional<RegisteredModel> find(std::string_view name) const;
  std::optional<RegisteredModel> find_path(const std::filesystem::path& path) const;
  /// Throws Error(model_unknown) with the nearest names and how to add one.
  RegisteredModel require(std::string_view name) const;

  /// Adds the model at a path, to be run with these options. Without a name it gets one of its own. Throws Error: as
  /// describe_model if it cannot be run; usage as checked_model_name; model_name_taken, with a free name, or for a path
  /// that is already in the list.
  RegisteredModel add(const std::filesystem::path& path, const std::optional<std::string>& name,
                      const CheckpointOptions& options = {});
  /// Adds a model that was described. Throws Error(model_name_taken).
  void insert(const RegisteredModel& model);
  /// Replaces everything except the name.
  void update(const RegisteredModel& model);
  /// Removes a model from the list and touches no file. Returns the entry. Throws Error(model_unknown).
  RegisteredModel remove(std::string_view name);

  /// Folders that were scanned, sorted, without models_folder().
  std::vector<std::filesystem::path> places() const;
  /// False if it is already there.
  bool add_place(const std::filesystem::path& place);

  /// Empty means the model in the box.
  std::string default_name() const;
  /// Throws Error(model_unknown). The box's name or an empty name makes the model in the box the default.
  void set_default(std::string_view name);

  /// Runs `edit`, which calls the functions above, as one change: all of it or nothing. Other processes wait meanwhile.
  void change(const std::function<void()>& edit);
  RegistryList list() const;

 private:
  std::filesystem::path database_file() const;
  std::filesystem::path list_file() const;
  /// nullptr: there is no database, and no list that says there should be one.
  SQLite::Database* open_for_reading() const;
  SQLite::Database& open_for_writing();
  template <typename Result, typename Query>
  Result read(Result empty, Query query) const;

  std::filesystem::path root_;
  mutable std::unique_ptr<RegistryLock> lock_;
  mutable std::unique_ptr<SQLite::Database> database_;
  bool is_changing_ = false;
};

}  // namespace redraw
