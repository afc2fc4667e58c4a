#include "app/registered_model.h"

#include <ctime>
#include <fmt/chrono.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <tuple>

#include "app/model_files.h"
#include "base/error.h"
#include "base/input_file.h"
#include "base/json.h"

namespace redraw {

bool operator==(const RegisteredModel& a, const RegisteredModel& b) {
  const auto all = [](const RegisteredModel& m) {
    return std::tie(m.name, m.path, m.is_folder, m.summary.format, m.summary.family, m.summary.prediction_type,
                    m.summary.bytes, m.modified_ns, m.sha256, m.added);
  };
  return all(a) == all(b);
}

RegisteredModel describe_model(const std::filesystem::path& path) {
  std::error_code problem;
  const std::filesystem::path canonical = std::filesystem::canonical(path, problem);
  if (problem) throw Error(Code::file_not_found, path.string() + ": no such file or folder");
  try {
    static_cast<void>(nlohmann::json(canonical.string()).dump());
  } catch (const nlohmann::json::exception&) {
    throw Error(Code::usage, canonical.string() + ": the path is not UTF-8; rename what is not");
  }
  const ModelFiles files = model_files(canonical);
  return {.path = canonical,
          .is_folder = files.is_folder,
          .summary = summarise_model(canonical),
          .modified_ns = files.modified_ns};
}

ModelState state_of(const RegisteredModel& model) {
  if (!is_there(model.path)) return ModelState::missing;
  try {
    const ModelFiles files = model_files(model.path);
    const bool is_same = files.is_folder == model.is_folder && files.bytes == model.summary.bytes &&
                         files.modified_ns == model.modified_ns;
    return is_same ? ModelState::unchanged : ModelState::changed;
  } catch (const Error&) {
    return ModelState::changed;  // a folder that is no model any more, or files that cannot be looked at
  }
}

nlohmann::json json_of(const RegisteredModel& model) {
  return {{"name", model.name},
          {"path", model.path.string()},
          {"kind", model.is_folder ? "folder" : "file"},
          {"format", model.summary.format},
          {"family", model.summary.family},
          {"prediction_type", model.summary.prediction_type},
          {"bytes", model.summary.bytes},
          {"modified_ns", model.modified_ns},
          {"sha256", model.sha256},
          {"added", model.added}};
}

RegisteredModel model_of(const nlohmann::json& json, const std::string& where) {
  constexpr int64_t kMany = std::numeric_limits<int64_t>::max();
  const JsonObject row = JsonObject::parse(json.dump(), where);
  return {.name = row.string("name"),
          .path = row.string("path"),
          .is_folder = row.string("kind") == "folder",
          .summary = ModelSummary{.format = row.string("format"),
                                  .family = row.string("family"),
                                  .prediction_type = row.string("prediction_type"),
                                  .bytes = static_cast<uint64_t>(row.integer("bytes", 0, kMany))},
          .modified_ns = row.integer("modified_ns", std::numeric_limits<int64_t>::min(), kMany),
          .sha256 = row.string("sha256"),
          .added = row.string("added")};
}

std::string time_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

}  // namespace redraw
