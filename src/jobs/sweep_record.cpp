#include "jobs/sweep_record.h"

#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "base/fnv1a.h"
#include "base/input_file.h"
#include "base/json.h"
#include "base/temporary_file.h"
#include "image/png_text.h"
#include "redraw/version.h"

namespace redraw {
namespace {

constexpr int64_t kMostSteps = std::numeric_limits<int64_t>::max();
constexpr double kLong = std::numeric_limits<double>::max();

// A name alone: what somebody wrote into the file must not lead out of the folder.
std::string plain_file_name(const std::string& text) {
  return std::filesystem::path(text).filename().string();
}

JsonObject object_in(const nlohmann::json& json, const std::string& where) {
  return JsonObject::parse(json.dump(), where);
}

// Versions before 0.1 of this record had none.
std::vector<std::string> reused_of(const JsonObject& row) {
  std::vector<std::string> phases;
  if (!row.raw().contains("reused")) return phases;
  for (const nlohmann::json& phase : row.raw().at("reused")) phases.push_back(phase.get<std::string>());
  return phases;
}

// Empty when there is no such file, or no whole picture with metadata in it.
std::string metadata_hash_of_file(const std::filesystem::path& path) {
  try {
    const std::vector<std::byte> file = read_whole_file(path);
    for (const auto& [keyword, text] : read_png_text(file, path.string())) {
      if (keyword == "redraw") return metadata_hash(text);
    }
  } catch (const Error&) {
    // Whatever is wrong with it: the picture is not there, and will be made.
  }
  return {};
}

}  // namespace

std::string metadata_hash(std::string_view metadata) {
  return fmt::format("{:016x}", fnv1a(metadata));
}

SweepRecord::SweepRecord(std::filesystem::path folder) : folder_(std::move(folder)) {
  if (std::filesystem::exists(path())) read();
}

void SweepRecord::read() {
  const JsonObject file = JsonObject::read(path(), FileOf::user);
  const std::string where = path().string();
  try {
    for (const auto& [id, fields] : file.raw().at("drawn").items()) {
      const JsonObject seeds = object_in(fields, where + ": drawn");
      for (const auto& [field, unused] : seeds.raw().items()) {
        const nlohmann::json& seed = seeds.raw().at(field);
        if (!seed.is_number_unsigned())
          throw Error(Code::json_wrong_type, seeds.where() + ": '" + field + "' is no seed");
        drawn_[id][field] = seed.get<uint64_t>();
      }
    }
    for (const nlohmann::json& json : file.raw().at("pictures")) {
      const JsonObject row = object_in(json, where + ": pictures");
      rows_[row.raw().at("request").dump()] = {
          .version = row.string("version"),
          .record = CellRecord{.file = plain_file_name(row.string("file")),
                               .metadata = row.string("metadata"),
                               .steps_run = row.integer("steps_run", 0, kMostSteps),
                               .steps = row.integer("steps", 0, kMostSteps),
                               .seconds = row.number("seconds", 0, kLong),
                               .reused = reused_of(row)}};
    }
  } catch (const nlohmann::json::exception&) {
    throw Error(Code::json_malformed,
                where + ": is not as redraw sweep writes it; move it away, or choose another --outdir");
  }
}

void SweepRecord::save() const {
  nlohmann::json pictures = nlohmann::json::array();
  for (const auto& [key, row] : rows_) {
    pictures.push_back({{"request", nlohmann::json::parse(key)},
                        {"version", row.version},
                        {"file", row.record.file},
                        {"metadata", row.record.metadata},
                        {"steps_run", row.record.steps_run},
                        {"steps", row.record.steps},
                        {"seconds", row.record.seconds},
                        {"reused", row.record.reused}});
  }
  const nlohmann::json file = {{"program", "redraw sweep"}, {"drawn", nlohmann::json(drawn_)}, {"pictures", pictures}};
  const std::string text = file.dump(1) + "\n";
  replace_file(path(), std::as_bytes(std::span(text)));
}

const CellRecord* SweepRecord::find(const std::string& key) const {
  const auto row = rows_.find(key);
  if (row == rows_.end() || row->second.version != version()) return nullptr;
  const CellRecord& record = row->second.record;
  const bool is_there = !record.metadata.empty() && metadata_hash_of_file(folder_ / record.file) == record.metadata;
  return is_there ? &record : nullptr;
}

void SweepRecord::add(const std::string& key, const CellRecord& record) {
  rows_[key] = {.version = version(), .record = record};
  save();
}

std::optional<uint64_t> SweepRecord::drawn(const std::string& sweep_id, const std::string& field) const {
  const auto seeds = drawn_.find(sweep_id);
  if (seeds == drawn_.end()) return std::nullopt;
  const auto seed = seeds->second.find(field);
  return seed == seeds->second.end() ? std::nullopt : std::optional(seed->second);
}

void SweepRecord::set_drawn(const std::string& sweep_id, const std::string& field, uint64_t seed) {
  drawn_[sweep_id][field] = seed;
  save();
}

}  // namespace redraw
