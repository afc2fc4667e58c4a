#include "engine/record_reader.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/json_text.h"
#include "base/unicode_text.h"
#include "base/utf8.h"
#include "image/png_text.h"
#include "request/field_value.h"
#include "request/request_json.h"

namespace redraw {
namespace {

constexpr int kMostRecordLevels = 8;
constexpr size_t kShownBytes = 60;

// "origins" and "threads" are of earlier versions.
constexpr auto kRecordKeys = std::to_array<std::string_view>(
    {"program", "version", "model", "family", "files", "request", "plan", "origins", "threads"});

[[noreturn]] void refuse_record(const std::string& where, const std::string& what) {
  throw Error(Code::record_malformed, where + ": the record in the picture cannot be read: " + what);
}

std::string in_quotes(std::string_view text) {
  return "'" + printable_text(cut_utf8(text, kShownBytes)) + "'";
}

// Of two values of one key different readers take different ones; and values are destroyed recursively.
nlohmann::json parse_strictly(std::string_view text, const std::string& where) {
  std::vector<std::set<std::string>> open;
  const auto check = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    using Event = nlohmann::json::parse_event_t;
    if (depth > kMostRecordLevels) {
      refuse_record(where, "it is nested more than " + std::to_string(kMostRecordLevels) + " levels deep");
    }
    if (event == Event::object_start) open.emplace_back();
    if (event == Event::object_end) open.pop_back();
    if (event == Event::key && !open.back().insert(value.get<std::string>()).second) {
      refuse_record(where, in_quotes(value.get<std::string>()) + " stands there twice");
    }
    return true;
  };
  try {
    nlohmann::json json = nlohmann::json::parse(text, check);
    if (!json.is_object()) refuse_record(where, "it is not a JSON object");
    return json;
  } catch (const nlohmann::json::exception&) {
    refuse_record(where, "it is not valid JSON");
  }
}

// One record as it is read.
class RecordReader {
 public:
  RecordReader(std::string_view text, const std::string& where) : where_(where), json_(parse_strictly(text, where)) {
    record_.text = text;
  }

  Record read() {
    for (const auto& [key, unused] : json_.items()) {
      if (std::ranges::find(kRecordKeys, key) == kRecordKeys.end()) refuse_record(where_, unknown(key));
    }
    if (text_of(json_, "program") != "redraw") refuse_record(where_, "another program wrote it");
    record_.version = text_of(json_, "version");
    record_.model = text_of(json_, "model");
    record_.family = text_of(json_, "family");
    read_files();
    read_fields();
    read_plan();
    return std::move(record_);
  }

 private:
  std::string unknown(std::string_view key) const {
    return in_quotes(key) + " is not known to this version; a later one may know it";
  }

  const nlohmann::json& object_of(const char* key) const {
    if (!json_.contains(key)) refuse_record(where_, "it has no " + in_quotes(key));
    const nlohmann::json& object = json_.at(key);
    if (!object.is_object()) refuse_record(where_, in_quotes(key) + " must be an object");
    return object;
  }

  std::string text_of(const nlohmann::json& object, const char* key) const {
    if (!object.contains(key)) refuse_record(where_, "it has no " + in_quotes(key));
    if (!object.at(key).is_string()) refuse_record(where_, in_quotes(key) + " must be a text");
    return object.at(key).get<std::string>();
  }

  // A name alone: what somebody wrote into a picture leads to no other folder.
  std::string plain_name(std::string_view field, const std::string& name) const {
    if (recorded_name(name) != name)
      refuse_record(where_, in_quotes(name) + " is no plain file name, for " + in_quotes(field));
    return name;
  }

  void read_files() {
    if (!json_.contains("files")) return;  // of an earlier version
    for (const auto& [key_of_file, file] : object_of("files").items()) {
      const std::string field = key_of_file;  // clang 14 captures no binding
      const bool is_field = std::ranges::any_of(
          request_fields(), [&](const Field* one) { return one->name == field && names_file(*one); });
      if (!is_field) refuse_record(where_, "files: " + unknown(field));
      if (!file.is_object()) refuse_record(where_, in_quotes(field) + " must be an object");
      for (const auto& [key, unused] : file.items()) {
        if (key != "name" && key != "sha256") refuse_record(where_, "files: " + unknown(key));
      }
      UsedFile& used = record_.files[field];
      used.name = plain_name(field, text_of(file, "name"));
      if (!file.contains("sha256")) continue;
      used.sha256 = text_of(file, "sha256");
      const bool is_sum =
          used.sha256.size() == 64 && used.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
      if (!is_sum) refuse_record(where_, in_quotes(used.sha256) + " is no SHA-256");
    }
  }

  static bool names_file(const Field& field) {
    return field.group != Group::output && (field.kind == FieldKind::picture || opens_files(field.kind));
  }

  void read_fields() {
    const nlohmann::json& fields = object_of("request");
    std::set<std::string, std::less<>> left;
    for (const auto& [name, unused] : fields.items()) left.insert(name);
    for (const Field* field : request_fields()) {
      const std::string name(field->name);
      if (left.erase(name) == 0) continue;
      // Earlier versions wrote down how a picture was run.
      if (field->group == Group::output) continue;
      if (field->kind == FieldKind::model) refuse_record(where_, "'model' is no field of a recorded request");
      if (names_file(*field)) {
        const std::string file = plain_name(name, text_of(fields, name.c_str()));
        record_.files.try_emplace(name, UsedFile{.name = file});
        record_.fields.emplace_back(name, file);
        continue;
      }
      const FieldValue value = checked_value(*field, fields.at(name));
      set_field(record_.request, *field, value);
      record_.fields.emplace_back(name, field_text(value));
    }
    if (!left.empty()) refuse_record(where_, "request: " + unknown(*left.begin()));
    if (!fields.contains("prompt")) refuse_record(where_, "it has no 'prompt'");
  }

  FieldValue checked_value(const Field& field, const nlohmann::json& json) const {
    const bool is_list =
        field.kind == FieldKind::number_list || field.kind == FieldKind::seed_weights || field.kind == FieldKind::axes;
    try {
      // Version 0.1 wrote lists as they are typed.
      if (is_list && json.is_string()) return parse_field(field, json.get<std::string>());
      return check_field(field, field_value_of_json(field, json));
    } catch (const Error& e) {
      refuse_record(where_, e.what());
    }
  }

  void read_plan() {
    for (const auto& [name, value] : object_of("plan").items()) {
      if (value.is_structured()) refuse_record(where_, "plan: " + in_quotes(name) + " must be a text or a number");
      record_.plan.emplace_back(name, value.is_string() ? value.get<std::string>() : json_text(value));
    }
  }

  const std::string& where_;
  nlohmann::json json_;
  Record record_;
};

Record record_among(const PngText& texts, const std::string& where) {
  const auto is_record = [](const auto& text) { return text.first == kRecordKeyword; };
  const auto count = std::ranges::count_if(texts, is_record);
  if (count == 0) {
    throw Error(Code::record_missing, where +
                                          ": has no record in it; redraw writes one into each picture it makes, and "
                                          "many programs leave it out when they save a picture");
  }
  if (count > 1) refuse_record(where, "there are " + std::to_string(count) + " of them, and redraw writes one");
  return parse_record(std::ranges::find_if(texts, is_record)->second, where);
}

}  // namespace

Record parse_record(std::string_view text, const std::string& where) {
  return RecordReader(text, where).read();
}

Record read_record(std::span<const std::byte> png, const std::string& where) {
  return record_among(read_png_text(png, where), where);
}

Record read_record_file(const std::filesystem::path& path) {
  return record_among(read_png_text_file(path), path.string());
}

}  // namespace redraw
