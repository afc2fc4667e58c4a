#include "jobs/rerun.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/cancelled.h"
#include "base/input_file.h"
#include "base/json_text.h"
#include "image/decode/container.h"
#include "image/decode/decode.h"
#include "image/decode/picture_bytes.h"
#include "image/encode.h"
#include "image/side.h"

namespace redraw {
namespace {

constexpr size_t kMostListed = 12;

// A file of the recorded sum is the recorded file, whatever it is called here.
nlohmann::json with_recorded_names(nlohmann::json now, const nlohmann::json& recorded) {
  if (!recorded.contains("files")) return now;
  for (const auto& [field, file] : recorded.at("files").items()) {
    if (!now.at("files").contains(field) || !file.contains("sha256")) continue;
    nlohmann::json& own = now["files"][field];
    if (own.value("sha256", "") != file.at("sha256").get<std::string>()) continue;
    own["name"] = file.at("name");
    if (field == "model") {
      now["model"] = recorded.at("model");
    } else {
      now["request"][field] = file.at("name");
    }
  }
  return now;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// "request: steps is 20 in the record, and 21 now", and in a line each what one of the two does not hold.
void compare_group(const char* group, const nlohmann::json& recorded, const nlohmann::json& now,
                   std::vector<Difference>& differences) {
  const auto differ = [&](const std::string& text) { differences.push_back({.code = "record", .text = text}); };
  if (!recorded.is_object() || !now.is_object()) {
    differ(fmt::format("{} is {} in the record, and {} now", group, json_text(recorded), json_text(now)));
    return;
  }
  std::vector<std::string> added, gone;
  for (const auto& [key, value] : now.items()) {
    if (!recorded.contains(key)) {
      added.push_back(key);
    } else if (recorded.at(key) != value) {
      differ(fmt::format("{}: {} is {} in the record, and {} now", group, key, json_text(recorded.at(key)),
                         json_text(value)));
    }
  }
  for (const auto& [key, unused] : recorded.items()) {
    if (!now.contains(key)) gone.push_back(key);
  }
  if (!added.empty()) differ(fmt::format("{}: the record does not hold {}", group, joined(added)));
  if (!gone.empty()) differ(fmt::format("{}: only the record holds {}", group, joined(gone)));
}

// The version has a line of its own.
std::vector<Difference> record_differences(const nlohmann::json& recorded, const nlohmann::json& now) {
  std::vector<Difference> differences;
  for (const char* group : {"model", "family", "files", "request", "plan"}) {
    // Records of earlier versions have no files.
    const bool is_known = recorded.contains(group) || std::string_view(group) != "files";
    const nlohmann::json one = recorded.value(group, nlohmann::json());
    const nlohmann::json& other = now.at(group);
    if (is_known && one != other) compare_group(group, one, other, differences);
  }
  if (differences.size() > kMostListed) {
    const size_t more = differences.size() - kMostListed;
    differences.resize(kMostListed);
    differences.push_back({.code = "record", .text = fmt::format("and {} more differences of the record", more)});
  }
  return differences;
}

// Of a file that is no whole picture: why.
void compare_pixels(const std::filesystem::path& file, const Result& result, RerunReport& report) {
  const auto differ = [&](const std::string& text) { report.differences.push_back({.code = "pixels", .text = text}); };
  Image before;
  try {
    before = decode_image_file(file).image;
  } catch (const Error& e) {
    return differ(e.what());
  }
  if (before.width != result.width || before.height != result.height) {
    return differ(fmt::format("the picture in the file is {}, and the new one {}",
                              size_text(before.width, before.height), size_text(result.width, result.height)));
  }
  int64_t pixels = 0;
  for (size_t at = 0; at < before.pixels.size(); at += 3) {
    int largest = 0;
    for (size_t i = at; i < at + 3; ++i) largest = std::max(largest, std::abs(before.pixels[i] - result.rgb[i]));
    pixels += largest > 0 ? 1 : 0;
    report.largest_difference = std::max<int64_t>(report.largest_difference, largest);
  }
  report.different_pixels = pixels;
  if (pixels == 0) return;
  differ(fmt::format("{} of {} pixels differ, by at most {} of 255", pixels, before.width * before.height,
                     report.largest_difference));
}

void compare(const std::filesystem::path& file, const Record& record, RerunReport& report) {
  const std::vector<std::byte>& png = report.result.png;
  report.is_same = std::filesystem::file_size(file) == png.size() && read_whole_file(file) == png;
  if (report.is_same) return;
  const nlohmann::json recorded = nlohmann::json::parse(record.text);
  const nlohmann::json now = nlohmann::json::parse(report.result.metadata);
  if (record.version != version()) {
    report.differences.push_back(
        {.code = "version",
         .text = fmt::format("redraw {} made it, and this is redraw {}", record.version, version())});
  }
  const std::vector<Difference> fields = record_differences(recorded, now);
  const bool is_explained = !report.differences.empty() || !fields.empty();
  report.differences.insert(report.differences.end(), fields.begin(), fields.end());
  compare_pixels(file, report.result, report);
  if (is_explained) return;
  const bool same_pixels = report.different_pixels == 0;
  report.differences.push_back(
      same_pixels
          ? Difference{.code = "file",
                       .text = "the pixels and the record are the same; another program, or another version of a "
                               "library, has written the file"}
          : Difference{.code = "kernels",
                       .text = "all that the record holds is the same; a processor with other kernels may have "
                               "made the picture, or somebody has edited it"});
}

// A record that somebody has put into a small file must not begin a large run. Of a narrow picture the record holds
// what was asked for: its longer side alone came out so.
void check_size(const Record& record, const std::filesystem::path& path) {
  const RequestSize& size = record.request.size;
  if (!size.width || !size.height) return;
  const InputFile file = InputFile::open(path);
  PictureBytes bytes(file);
  const PictureHeader header = read_picture_header(bytes, path.string());
  const bool is_narrow = std::min(header.width, header.height) < kMinSide &&
                         (header.width == *size.width || header.height == *size.height) &&
                         header.width <= *size.width && header.height <= *size.height;
  if (is_narrow || (header.width == *size.width && header.height == *size.height)) return;
  throw Error(Code::record_malformed,
              fmt::format("{}: the record is not of this picture: it says {}, the file has {}", path.string(),
                          size_text(*size.width, *size.height), size_text(header.width, header.height)));
}

}  // namespace

RerunReport rerun(Engine& engine, const std::filesystem::path& file, RerunPlaces places, FileSums& sums,
                  const RunEvents& events, const Cancellation& cancellation) {
  const Record record = read_record_file(file);
  check_size(record, file);
  const std::filesystem::path folder = std::filesystem::absolute(file).lexically_normal().parent_path();
  places.folders.insert(places.folders.begin(), {folder, folder.parent_path()});
  RerunInputs inputs;
  try {
    inputs = find_rerun_inputs(record, places, sums, [&] {
      if (cancellation.is_cancelled()) throw Cancelled();
    });
  } catch (const Cancelled&) {
    return {.is_cancelled = true};
  }
  RerunReport report{.differences = inputs.missing};
  if (!inputs.missing.empty()) return report;
  report.result = engine.run(inputs.request, events, cancellation);
  report.is_cancelled = report.result.cancelled;
  if (report.is_cancelled) return report;
  report.was_run = true;
  report.differences = inputs.unsure;
  Result& result = report.result;
  const std::string called =
      json_text(with_recorded_names(nlohmann::json::parse(result.metadata), nlohmann::json::parse(record.text)));
  if (called != result.metadata) {
    result.metadata = called;
    result.png = encode_png({result.width, result.height, result.rgb}, {{kRecordKeyword, called}});
  }
  compare(file, record, report);
  return report;
}

std::string rerun_json(const RerunReport& report, const std::filesystem::path& file,
                       const std::filesystem::path& saved) {
  nlohmann::json differences = nlohmann::json::array();
  for (const Difference& one : report.differences) differences.push_back({{"code", one.code}, {"text", one.text}});
  nlohmann::json line = {{"file", file.string()},
                         {"same", report.is_same},
                         {"cancelled", report.is_cancelled},
                         {"differences", differences},
                         {"different_pixels", nullptr},
                         {"largest_difference", report.largest_difference},
                         {"saved", nullptr}};
  if (report.different_pixels) line["different_pixels"] = *report.different_pixels;
  if (!saved.empty()) line["saved"] = saved.string();
  return ascii_json_text(line);
}

}  // namespace redraw
