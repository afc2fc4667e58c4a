#include "library/registered_model.h"

#include <ctime>
#include <fmt/chrono.h>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/error.h"
#include "base/input_file.h"
#include "base/json.h"
#include "base/utf8.h"
#include "library/model_files.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMany = std::numeric_limits<int64_t>::max();
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();

// A folder that is no longer a model, or files that cannot be read, count as changed.
ModelState state_by(const std::function<bool()>& is_same) {
  try {
    return is_same() ? ModelState::unchanged : ModelState::changed;
  } catch (const Error&) {
    return ModelState::changed;
  }
}

RegisteredVae vae_of(const JsonObject& row, const std::string& where) {
  if (!row.has("vae")) return {};
  const nlohmann::json& json = row.raw().at("vae");
  if (!json.is_object()) throw Error(Code::json_wrong_type, where + ": 'vae' must be an object");
  const JsonObject vae = JsonObject::parse(json.dump(), where + ": vae");
  return {.path = vae.string("path"),
          .bytes = static_cast<uint64_t>(vae.integer("bytes", 0, kMany)),
          .modified_ns = vae.integer("modified_ns", kLeast, kMany),
          .sha256 = vae.string("sha256")};
}

}  // namespace

bool operator==(const RegisteredModel& a, const RegisteredModel& b) {
  const auto all = [](const RegisteredModel& m) {
    return std::tie(m.name, m.path, m.is_folder, m.summary.format, m.summary.family, m.summary.prediction_type,
                    m.summary.bytes, m.modified_ns, m.sha256, m.added, m.vae, m.prediction, m.model_config);
  };
  return all(a) == all(b);
}

fs::path place_to_keep(const fs::path& path) {
  std::error_code problem;
  fs::path canonical = fs::canonical(path, problem);
  if (problem) throw Error(Code::file_not_found, path.string() + ": no such file or folder");
  if (!is_utf8(canonical.string())) {
    throw Error(Code::usage, canonical.string() + ": the path is not UTF-8; rename the part that is not");
  }
  return canonical;
}

RegisteredModel describe_model(const fs::path& path, const CheckpointOptions& options) {
  const fs::path canonical = place_to_keep(path);
  CheckpointOptions kept{.prediction = options.prediction};
  if (!options.vae.empty()) kept.vae = place_to_keep(options.vae);
  if (!options.configs.empty()) kept.configs = place_to_keep(options.configs);
  if (!options.prediction.empty()) find_prediction_type(options.prediction);
  const ModelFiles files = model_files(canonical);
  RegisteredModel model{.path = canonical,
                        .is_folder = files.is_folder,
                        .summary = summarise_model(canonical, kept),
                        .modified_ns = files.modified_ns,
                        .prediction = kept.prediction,
                        .model_config = kept.configs};
  if (!kept.vae.empty()) {
    const ModelFiles vae = vae_files(kept.vae);
    model.vae = {.path = kept.vae, .bytes = vae.bytes, .modified_ns = vae.modified_ns};
  }
  return model;
}

RegisteredModel described_again(const RegisteredModel& model, const fs::path& path) {
  RegisteredModel now = describe_model(path, model.options());
  now.name = model.name;
  now.sha256 = model.sha256;
  now.added = model.added;
  now.vae.sha256 = model.vae.sha256;
  return now;
}

ModelState state_of_vae(const RegisteredModel& model) {
  if (model.vae.path.empty()) return ModelState::unchanged;
  if (!is_there(model.vae.path)) return ModelState::missing;
  return state_by([&] {
    const ModelFiles files = vae_files(model.vae.path);
    return files.bytes == model.vae.bytes && files.modified_ns == model.vae.modified_ns;
  });
}

ModelState state_of(const RegisteredModel& model) {
  const bool lacks_config = !model.model_config.empty() && !is_there(model.model_config);
  if (!is_there(model.path) || lacks_config) return ModelState::missing;
  const ModelState vae = state_of_vae(model);
  if (vae != ModelState::unchanged) return vae;
  return state_by([&] {
    const ModelFiles files = model_files(model.path);
    return files.is_folder == model.is_folder && files.bytes == model.summary.bytes &&
           files.modified_ns == model.modified_ns;
  });
}

nlohmann::json json_of(const RegisteredModel& model) {
  nlohmann::json json = {{"name", model.name},
                         {"path", model.path.string()},
                         {"kind", model.is_folder ? "folder" : "file"},
                         {"format", model.summary.format},
                         {"family", model.summary.family},
                         {"prediction_type", model.summary.prediction_type},
                         {"bytes", model.summary.bytes},
                         {"modified_ns", model.modified_ns},
                         {"sha256", model.sha256},
                         {"added", model.added}};
  if (!model.vae.path.empty()) {
    json["vae"] = {{"path", model.vae.path.string()},
                   {"bytes", model.vae.bytes},
                   {"modified_ns", model.vae.modified_ns},
                   {"sha256", model.vae.sha256}};
  }
  if (!model.prediction.empty()) json["prediction"] = model.prediction;
  if (!model.model_config.empty()) json["model_config"] = model.model_config.string();
  return json;
}

RegisteredModel model_of(const nlohmann::json& json, const std::string& where) {
  const JsonObject row = JsonObject::parse(json.dump(), where);
  return {.name = row.string("name"),
          .path = row.string("path"),
          .is_folder = row.string("kind") == "folder",
          .summary = ModelSummary{.format = row.string("format"),
                                  .family = row.string("family"),
                                  .prediction_type = row.string("prediction_type"),
                                  .bytes = static_cast<uint64_t>(row.integer("bytes", 0, kMany))},
          .modified_ns = row.integer("modified_ns", kLeast, kMany),
          .sha256 = row.string("sha256"),
          .added = row.string("added"),
          .vae = vae_of(row, where),
          .prediction = row.string("prediction", ""),
          .model_config = row.string("model_config", "")};
}

std::string time_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

}  // namespace redraw
