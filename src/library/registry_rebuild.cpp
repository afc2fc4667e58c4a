#include "library/registry_rebuild.h"

#include <SQLiteCpp/Transaction.h>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/input_file.h"
#include "base/temporary_file.h"
#include "library/model_registry.h"
#include "library/model_scan.h"
#include "library/registry_database.h"
#include "library/registry_rows.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

// Empty if the database holds none. Throws if it cannot be read.
std::optional<RegistryList> list_of_database(const fs::path& file) {
  if (!is_there(file)) return std::nullopt;
  const auto database = open_database(file, false);
  if (!has_schema(file, *database)) return std::nullopt;
  return in_database(file, [&] { return read_rows(*database); });
}

// A newer redraw's files are not damaged. Rebuilding here would lose what this version does not know.
void refuse_newer(const fs::path& database, const fs::path& list) {
  if (is_there(list)) {
    try {
      static_cast<void>(read_registry_list(list));
    } catch (const Error& e) {
      if (e.code() == Code::registry_unusable) throw;  // made by a newer redraw; other errors are reported later
    }
  }
  if (!is_there(database)) return;
  std::unique_ptr<SQLite::Database> opened;
  try {
    opened = open_database(database, false);
    static_cast<void>(schema_version(database, *opened));
  } catch (const Error&) {
    return;  // damaged
  }
  static_cast<void>(has_schema(database, *opened));
}

// Adds a line with the reason if it cannot be read.
std::optional<RegistryList> try_to_read(const std::function<std::optional<RegistryList>()>& read,
                                        std::vector<std::string>& lines) {
  try {
    return read();
  } catch (const Error& e) {
    lines.push_back(std::string("took over nothing from ") + e.what());
    return std::nullopt;
  }
}

RegistryList known_list(const fs::path& database, const fs::path& list, std::vector<std::string>& lines) {
  const bool has_list = is_there(list);
  std::optional<RegistryList> known;
  if (has_list) known = try_to_read([&] { return read_registry_list(list); }, lines);
  if (!known) known = try_to_read([&] { return list_of_database(database); }, lines);
  if (!known && has_list) {
    throw Error(Code::registry_unusable, lines.front() + "; the database cannot be used either; move " + list.string() +
                                             " away to start with an empty list");
  }
  return known.value_or(RegistryList{});
}

// A model that is missing or no longer a model keeps its row. The scan reports it.
void look_again(RegistryList& list) {
  for (RegisteredModel& model : list.models) {
    if (state_of(model) == ModelState::missing) continue;
    try {
      RegisteredModel now = described_again(model, model.path);
      now.path = model.path;
      model = std::move(now);
    } catch (const Error&) {
      continue;
    }
  }
}

std::string counted(size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

void write_database(const fs::path& file, const RegistryList& list) {
  std::error_code ignored;
  fs::remove(file, ignored);  // left by a rebuild that did not finish
  fs::remove(file.string() + "-journal", ignored);
  const auto database = open_database(file, true);
  in_database(file, [&] {
    SQLite::Transaction transaction(*database, SQLite::TransactionBehavior::IMMEDIATE);
    create_schema(*database);
    for (const RegisteredModel& model : list.models) insert_row(*database, model);
    for (const fs::path& place : list.places) insert_place(*database, place);
    write_default(*database, list.default_name);
    transaction.commit();
  });
}

void move_over(const fs::path& from, const fs::path& to) {
  if (is_there(from) && std::rename(from.c_str(), to.c_str()) != 0) refuse_output(to, errno, "written");
}

}  // namespace

std::vector<std::string> rebuild_registry(const fs::path& root) {
  std::vector<std::string> lines;
  std::error_code problem;
  fs::create_directories(root, problem);
  if (problem && !fs::is_directory(root)) refuse_output(root, problem.value(), "made");
  {
    const RegistryLock lock(root, true);
    const fs::path database = root / "models.sqlite";
    const fs::path list_file = root / "models.json";
    const fs::path fresh = root / "models.sqlite.new";
    refuse_newer(database, list_file);
    RegistryList list = known_list(database, list_file, lines);
    look_again(list);
    // Write the list before the database, as every change does. If the process ends between these steps, there is no
    // database or the old one, and a list from which the next rebuild starts. A journal must never meet another
    // database than its own.
    write_database(fresh, list);
    write_registry_list(list_file, list);
    const fs::path old = root / "models.sqlite.before-rebuild";
    move_over(database.string() + "-journal", old.string() + "-journal");
    move_over(database, old);
    move_over(fresh, database);
    lines.push_back("took over " + counted(list.models.size(), "model") + " and " +
                    counted(list.places.size(), "place"));
  }
  ModelRegistry registry(root);
  for (const ScanLine& line : scan_models(registry, all_places(registry))) lines.push_back(line.text);
  return lines;
}

}  // namespace redraw
