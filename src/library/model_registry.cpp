#include "library/model_registry.h"

#include <SQLiteCpp/Transaction.h>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/input_file.h"
#include "base/shell_word.h"
#include "base/temporary_file.h"
#include "base/utf8.h"
#include "library/model_name.h"
#include "library/registry_database.h"
#include "library/registry_rows.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_lost_database(const fs::path& database, const fs::path& list) {
  throw Error(Code::registry_unusable, database.string() + ": is missing or empty, but " + list.filename().string() +
                                           " beside it lists models; `redraw models rebuild` recreates it");
}

}  // namespace

ModelRegistry::ModelRegistry(fs::path root) : root_(std::move(root)) {}
ModelRegistry::~ModelRegistry() = default;

fs::path ModelRegistry::database_file() const {
  return root_ / "models.sqlite";
}

fs::path ModelRegistry::list_file() const {
  return root_ / "models.json";
}

SQLite::Database* ModelRegistry::open_for_reading() const {
  if (database_) return database_.get();
  if (!is_there(root_)) return nullptr;
  auto lock = std::make_unique<RegistryLock>(root_, false);
  // The database is created before the list, so look for them in this order. Otherwise a first change by another
  // process at this moment would look like a lost database.
  const bool has_list = is_there(list_file());
  if (!is_there(database_file())) {
    if (has_list) refuse_lost_database(database_file(), list_file());
    return nullptr;
  }
  auto database = open_database(database_file(), false);
  if (!has_schema(database_file(), *database)) {
    if (has_list) refuse_lost_database(database_file(), list_file());
    return nullptr;
  }
  lock_ = std::move(lock);
  database_ = std::move(database);
  return database_.get();
}

SQLite::Database& ModelRegistry::open_for_writing() {
  if (SQLite::Database* database = open_for_reading()) return *database;
  std::error_code problem;
  fs::create_directories(root_, problem);
  if (problem && !fs::is_directory(root_)) refuse_output(root_, problem.value(), "made");
  auto lock = std::make_unique<RegistryLock>(root_, false);
  auto database = open_database(database_file(), true);
  in_database(database_file(), [&] {
    SQLite::Transaction transaction(*database, SQLite::TransactionBehavior::IMMEDIATE);
    if (!has_schema(database_file(), *database)) {
      if (is_there(list_file())) refuse_lost_database(database_file(), list_file());
      create_schema(*database);
    }
    transaction.commit();
  });
  lock_ = std::move(lock);
  database_ = std::move(database);
  return *database_;
}

template <typename Result, typename Query>
Result ModelRegistry::read(Result empty, Query query) const {
  SQLite::Database* database = open_for_reading();
  if (database == nullptr) return empty;
  return in_database(database_file(), [&] { return query(*database); });
}

void ModelRegistry::change(const std::function<void()>& edit) {
  if (is_changing_) {
    edit();
    return;
  }
  SQLite::Database& database = open_for_writing();
  in_database(database_file(), [&] {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    upgrade_schema(database);
    is_changing_ = true;
    try {
      edit();
    } catch (...) {
      is_changing_ = false;
      throw;
    }
    is_changing_ = false;
    // Written before the commit and under its lock. If the process ends in between, the list is one change ahead, but
    // never lacks anything.
    write_registry_list(list_file(), read_rows(database));
    transaction.commit();
  });
}

RegistryList ModelRegistry::list() const {
  return read(RegistryList{}, [](SQLite::Database& database) { return read_rows(database); });
}

std::vector<RegisteredModel> ModelRegistry::models() const {
  return list().models;
}

std::vector<fs::path> ModelRegistry::places() const {
  return list().places;
}

std::optional<RegisteredModel> ModelRegistry::find(std::string_view name) const {
  return read(std::optional<RegisteredModel>(),
              [&](SQLite::Database& database) { return find_row_of_name(database, name); });
}

std::optional<RegisteredModel> ModelRegistry::find_path(const fs::path& path) const {
  return read(std::optional<RegisteredModel>(),
              [&](SQLite::Database& database) { return find_row_of_path(database, path); });
}

RegisteredModel ModelRegistry::require(std::string_view name) const {
  if (std::optional<RegisteredModel> model = find(name)) return *std::move(model);
  const std::vector<RegisteredModel> known = models();
  std::vector<std::string_view> names;
  names.reserve(known.size() + 1);
  for (const RegisteredModel& model : known) names.push_back(model.name);
  names.push_back(kBoxModelName);
  const std::string question = near_names_question(name, names);
  throw Error(Code::model_unknown, "unknown model '" + std::string(cut_utf8(name, 100)) + "'" +
                                       (question.empty() ? "" : "; " + question) +
                                       " (`redraw models list` shows all, `redraw models add PATH` adds one, and a "
                                       "path in this folder is written ./NAME)");
}

RegisteredModel ModelRegistry::add(const fs::path& path, const std::optional<std::string>& name,
                                   const CheckpointOptions& options) {
  const std::string own_name = name ? checked_model_name(*name) : "";
  RegisteredModel model = describe_model(path, options);
  // A link's own name says more than what it points to.
  fs::path shown = fs::absolute(path).lexically_normal();
  if (!shown.has_filename()) shown = shown.parent_path();
  model.name = name ? own_name : derived_model_name(shown, model.is_folder);
  model.added = time_now();
  insert(model);
  return model;
}

void ModelRegistry::insert(const RegisteredModel& model) {
  change([&] {
    if (const auto there = find_path(model.path)) {
      throw Error(Code::model_name_taken, model.path.string() + ": is already in the list as '" + there->name + "'");
    }
    const auto is_taken = [&](const std::string& name) { return find(name).has_value(); };
    if (is_same_name(model.name, kBoxModelName) || is_taken(model.name)) {
      const std::string owner = is_same_name(model.name, kBoxModelName) ? std::string("the model in the box")
                                                                        : find(model.name)->path.string();
      throw Error(Code::model_name_taken, "the name '" + model.name + "' is taken by " + owner +
                                              "; choose another, for example --name " +
                                              shell_word(free_model_name(model.name, is_taken)));
    }
    insert_row(*database_, model);
  });
}

void ModelRegistry::update(const RegisteredModel& model) {
  change([&] { update_row(*database_, model); });
}

RegisteredModel ModelRegistry::remove(std::string_view name) {
  RegisteredModel removed = require(name);  // removing nothing must not create a folder
  change([&] {
    removed = require(name);
    delete_row(*database_, removed.name);
    if (is_same_name(read_default(*database_), removed.name)) write_default(*database_, "");
  });
  return removed;
}

bool ModelRegistry::add_place(const fs::path& place) {
  bool is_new = false;
  change([&] { is_new = insert_place(*database_, place); });
  return is_new;
}

std::string ModelRegistry::default_name() const {
  return read(std::string(), [](SQLite::Database& database) { return read_default(database); });
}

void ModelRegistry::set_default(std::string_view name) {
  const bool is_box = name.empty() || is_same_name(name, kBoxModelName);
  if (is_box && open_for_reading() == nullptr) return;
  if (!is_box) static_cast<void>(require(name));
  change([&] { write_default(*database_, is_box ? "" : require(name).name); });
}

}  // namespace redraw
