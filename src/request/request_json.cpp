#include "request/request_json.h"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/error.h"
#include "base/utf8.h"
#include "request/field_value.h"
#include "request/parsed_json.h"

namespace redraw {
namespace {

constexpr size_t kLongestName = 255;                        // bytes, of a picture: as long as a file's may be
constexpr double kLargestExactInJson = 9007199254740992.0;  // 2^53

[[noreturn]] void refuse_json_value(const Field& field, const std::string& what) {
  throw Error(Code::usage, std::string(field.name) + " " + what);
}

[[noreturn]] void refuse_json_type(const Field& field) {
  refuse_json_value(field, "must be " + std::string(kind_phrase(field.kind)));
}

FieldValue list_of_json(const Field& field, const nlohmann::json& json) {
  if (field.kind == FieldKind::number_list) {
    std::vector<double> numbers;
    for (const nlohmann::json& number : json) {
      if (!number.is_number()) refuse_json_type(field);
      numbers.push_back(number.get<double>());
    }
    return numbers;
  }
  if (field.kind == FieldKind::axes) {
    std::vector<std::string> axes;
    for (const nlohmann::json& axis : json) {
      if (!axis.is_string()) refuse_json_type(field);
      axes.push_back(axis.get<std::string>());
    }
    return axes;
  }
  if (field.kind != FieldKind::seed_weights) refuse_json_type(field);
  std::vector<SeedWeight> pairs;
  const Field& seed = find_field("seed");
  for (const nlohmann::json& pair : json) {
    const bool fits = pair.is_object() && pair.size() == 2 && pair.contains("seed") && pair.contains("weight") &&
                      pair["seed"].is_number() && pair["weight"].is_number();
    if (!fits) refuse_json_value(field, R"(must be a list of {"seed": N, "weight": X})");
    pairs.push_back({.seed = std::get<uint64_t>(check_field(seed, field_value_of_json(seed, pair["seed"]))),
                     .weight = pair["weight"].get<double>()});
  }
  return pairs;
}

bool is_whole_number_kind(FieldKind kind) {
  return kind == FieldKind::integer || kind == FieldKind::side || kind == FieldKind::seed;
}

// JSON has one kind of number: 20.0 is 20. A seed above 2^53 would not be what was written.
FieldValue whole_number_of_json(const Field& field, double number) {
  if (std::trunc(number) != number) refuse_json_type(field);
  if (std::abs(number) <= kLargestExactInJson) return static_cast<int64_t>(number);
  parse_field(field, fmt::format("{:.0f}", number));  // says the range
  refuse_json_value(field, "must be written as a whole number, without a point or an exponent");
}

bool is_list_kind(FieldKind kind) {
  return kind == FieldKind::number_list || kind == FieldKind::axes || kind == FieldKind::seed_weights;
}

std::string_view required_text(const Field& field, const nlohmann::json& object, const char* key) {
  const auto value = object.find(key);
  if (value == object.end() || !value->is_string())
    refuse_json_value(field, R"(must be {"name": "...", "base64": "..."})");
  return value->get_ref<const std::string&>();
}

Picture picture_of_base64(const Field& field, const nlohmann::json& json) {
  const std::string_view name = required_text(field, json, "name");
  const std::string_view text = required_text(field, json, "base64");
  if (json.size() != 2) refuse_json_value(field, R"(must have "name" and "base64" alone)");
  const bool is_name = !name.empty() && name.size() <= kLongestName && is_utf8(name) &&
                       name.find_first_of("/\\") == std::string_view::npos;
  if (!is_name)
    refuse_json_value(field, "is called '" + std::string(cut_utf8(name, 40)) + "', but must have a name of 1 to " +
                                 std::to_string(kLongestName) + " bytes without '/' and '\\'");
  if (text.size() > (kMaxPictureInJson + 2) / 3 * 4)
    refuse_json_value(field, "has more than " + std::to_string(kMaxPictureInJson >> 20) + " MiB");
  if (text.empty()) refuse_json_value(field, "has no bytes: its base64 is empty");
  return Picture::memory(base64_bytes(text, std::string(field.name) + ": the base64"), std::string(name));
}

Picture attached_picture(const Field& field, const nlohmann::json& json, const JsonDoor& door) {
  const nlohmann::json& name = json["attachment"];
  if (json.size() != 1 || !name.is_string()) refuse_json_value(field, R"(must be {"attachment": "NAME"})");
  if (door.attachments == nullptr)
    refuse_json_value(field, R"(cannot be an attachment here; send {"name": "...", "base64": "..."})");
  const auto found = door.attachments->find(name.get_ref<const std::string&>());
  if (found != door.attachments->end()) return found->second;
  refuse_json_value(field, "asks for the attachment '" +
                               std::string(cut_utf8(name.get_ref<const std::string&>(), 100)) +
                               "', which did not come with the request");
}

Picture picture_of_text(const Field& field, const std::string& text, const JsonDoor& door) {
  if (door.attachments != nullptr) {
    const auto found = door.attachments->find(text);
    if (found != door.attachments->end()) return found->second;
  }
  if (!door.needs_pictures) return Picture::memory({}, text);
  if (door.may_open_files) return Picture::file(text);
  if (door.attachments != nullptr) {
    refuse_json_value(field, "is '" + std::string(cut_utf8(text, 100)) +
                                 "', and no picture of that name came with the request; it cannot be a path here" +
                                 door.how_to_allow);
  }
  refuse_json_value(field, R"(cannot be a path here; send the picture itself: {"name": "...", "base64": "..."})");
}

Picture picture_of_json(const Field& field, const nlohmann::json& json, const JsonDoor& door) {
  if (json.is_string()) return picture_of_text(field, json.get<std::string>(), door);
  if (!json.is_object()) refuse_json_type(field);
  return json.contains("attachment") ? attached_picture(field, json, door) : picture_of_base64(field, json);
}

// What a request from outside may not name. A new kind of place is refused until it is thought of here.
void check_place(const Field& field, const nlohmann::json& json, const JsonDoor& door) {
  if (field.kind == FieldKind::picture) return;  // picture_of_json takes bytes alone
  if (field.kind != FieldKind::model)
    refuse_json_value(field,
                      "cannot be given here, because it would open a file of the server; add a model that has "
                      "it to the list, with `redraw models add`, and name that model" +
                          door.how_to_allow);
  const bool is_path = json.is_string() && json.get_ref<const std::string&>().find_first_of("/\\") != std::string::npos;
  if (is_path)
    refuse_json_value(
        field, "must be a name of the list of models here, not a path; see `redraw models list`" + door.how_to_allow);
}

FieldValue value_of_json(const Field& field, const nlohmann::json& json, const JsonDoor& door) {
  if (opens_files(field.kind) && !door.may_open_files) check_place(field, json, door);
  if (field.kind == FieldKind::picture) return picture_of_json(field, json, door);
  return check_field(field, field_value_of_json(field, json));
}

// The field's name begins the message, unless it does already.
void set_from_json(Request& request, const Field& field, const nlohmann::json& json, const JsonDoor& door) {
  try {
    set_field(request, field, value_of_json(field, json, door));
  } catch (const Error& e) {
    if (std::string_view(e.what()).starts_with(field.name)) throw;
    throw Error(e.code(), std::string(field.name) + ": " + e.what());
  }
}

nlohmann::json picture_json(const Picture& picture) {
  if (picture.is_file()) return picture.path();
  return {{"name", picture.name}, {"base64", base64_text(picture.bytes())}};
}

}  // namespace

Request request_of_json(const nlohmann::json& json, const JsonDoor& door) {
  try {
    if (!json.is_object()) throw Error(Code::json_malformed, "a request must be a JSON object, {...}");
    Request request;
    request.model.is_listed_only = !door.may_open_files;
    for (const auto& [name, value] : json.items()) {
      const Field& field = find_field(name);
      if (!value.is_null()) set_from_json(request, field, value, door);
    }
    return request;
  } catch (const Error& e) {
    if (door.where.empty()) throw;
    throw Error(e.code(), door.where + ": " + e.what());
  }
}

Request request_of_json_text(std::string_view text, const JsonDoor& door) {
  return request_of_json(parsed_json(text, door.where), door);
}

nlohmann::json request_json(const Request& request) {
  nlohmann::json json = nlohmann::json::object();
  for (const Field* field : request_fields()) {
    const std::optional<FieldValue> value = get_field(request, *field);
    if (!value) continue;
    const auto* picture = std::get_if<Picture>(&*value);
    json[std::string(field->name)] = picture != nullptr ? picture_json(*picture) : field_json(*value);
  }
  return json;
}

nlohmann::json field_json(const FieldValue& value) {
  return std::visit(
      []<typename T>(const T& v) -> nlohmann::json {
        if constexpr (std::is_same_v<T, std::vector<SeedWeight>>) {
          nlohmann::json pairs = nlohmann::json::array();
          for (const SeedWeight& pair : v) pairs.push_back({{"seed", pair.seed}, {"weight", pair.weight}});
          return pairs;
        } else if constexpr (std::is_same_v<T, Picture>) {
          return field_text(v);
        } else {
          return v;
        }
      },
      value);
}

FieldValue field_value_of_json(const Field& field, const nlohmann::json& json) {
  if (json.is_string() && !is_list_kind(field.kind)) return json.get<std::string>();
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned()) return json.get<uint64_t>();
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number() && is_whole_number_kind(field.kind)) return whole_number_of_json(field, json.get<double>());
  if (json.is_number()) return json.get<double>();
  if (json.is_array()) return list_of_json(field, json);
  refuse_json_type(field);
}

}  // namespace redraw
