// The list of models: by name, where they lie. Nothing is copied or moved.
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

/// models.sqlite in a root folder, and beside it models.json with the same content, written with every change before it
/// is made final, from which `rebuild_registry` makes the database anew. Several processes may work on one at a time.
/// Every call throws Error(registry_unusable) for a damaged database, or one that is gone while the list is there.
class ModelRegistry {
 public:
  /// Reads nothing yet, and makes nothing: folder and database come with the first change.
  explicit ModelRegistry(std::filesystem::path root);
  ModelRegistry(const ModelRegistry&) = delete;
  ModelRegistry& operator=(const ModelRegistry&) = delete;
  ~ModelRegistry();

  const std::filesystem::path& root() const { return root_; }
  /// The place that is always looked through; it need not be there.
  std::filesystem::path models_folder() const { return root_ / "models"; }

  /// By name.
  std::vector<RegisteredModel> models() const;
  /// Names are compared as is_same_name does.
  std::optional<RegisteredModel> find(std::string_view name) const;
  std::optional<RegisteredModel> find_path(const std::filesystem::path& path) const;
  /// Throws Error(model_unknown) with the nearest names and how to add one.
  RegisteredModel require(std::string_view name) const;

  /// Adds what lies at a path, under a name of its own where none is given, to be run with these options. Throws Error:
  /// as describe_model for what cannot be run; model_name_taken, with a name that is free, or for a path that is there
  /// already; usage as checked_model_name.
  RegisteredModel add(const std::filesystem::path& path, const std::optional<std::string>& name,
                      const CheckpointOptions& options = {});
  /// Adds one that was described. Throws Error(model_name_taken).
  void insert(const RegisteredModel& model);
  /// Replaces all but the name.
  void update(const RegisteredModel& model);
  /// Forgets it; no file is touched. Returns what it was. Throws Error(model_unknown).
  RegisteredModel remove(std::string_view name);

  /// Folders that were scanned, sorted; models_folder() is not among them.
  std::vector<std::filesystem::path> places() const;
  /// False when it is there already.
  bool add_place(const std::filesystem::path& place);

  /// Empty: the model in the box.
  std::string default_name() const;
  /// Throws Error(model_unknown). The box's name, or an empty one, makes the model in the box the default.
  void set_default(std::string_view name);

  /// Runs `edit`, which calls the functions above, as one change: all of it or nothing. Others wait meanwhile.
  void change(const std::function<void()>& edit);
  RegistryList list() const;

 private:
  std::filesystem::path database_file() const;
  std::filesystem::path list_file() const;
  /// nullptr: there is none, and no list that says there should be.
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
