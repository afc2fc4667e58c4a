#include "request/request_schema.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "request/field_value.h"

namespace redraw {
namespace {

using nlohmann::ordered_json;

// Whole numbers as such: a schema of "minimum": 64.0 would be right, and read badly.
ordered_json limit_json(const Field& field, double limit) {
  const bool is_whole = field.kind == FieldKind::integer || field.kind == FieldKind::side;
  return is_whole ? ordered_json(static_cast<int64_t>(limit)) : ordered_json(limit);
}

void add_limits(const Field& field, ordered_json& schema) {
  const Range& range = field.range;
  if (range.least == range.most) return;
  schema[range.excludes_least ? "exclusiveMinimum" : "minimum"] = limit_json(field, range.least);
  schema[range.excludes_most ? "exclusiveMaximum" : "maximum"] = limit_json(field, range.most);
}

ordered_json seed_schema() {
  return {{"type", "integer"}, {"minimum", 0}, {"maximum", std::numeric_limits<uint64_t>::max()}};
}

ordered_json closed_object(const ordered_json& properties) {
  ordered_json required = ordered_json::array();
  for (const auto& [name, unused] : properties.items()) required.push_back(name);
  return {{"type", "object"}, {"properties", properties}, {"required", required}, {"additionalProperties", false}};
}

ordered_json picture_schema(const JsonDoor& door) {
  const ordered_json name = {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}, {"pattern", R"(^[^/\\]*$)"}};
  const ordered_json bytes = {{"type", "string"},
                              {"minLength", 1},
                              {"maxLength", (kMaxPictureInJson + 2) / 3 * 4},
                              {"contentEncoding", "base64"}};
  ordered_json forms = ordered_json::array({closed_object({{"name", name}, {"base64", bytes}})});
  if (door.attachments != nullptr) forms.push_back(closed_object({{"attachment", {{"type", "string"}}}}));
  if (door.may_open_files) forms.push_back({{"type", "string"}, {"description", "a path"}});
  return {{"anyOf", forms}};
}

ordered_json type_schema(const Field& field, const JsonDoor& door) {
  switch (field.kind) {
    case FieldKind::flag:
      return {{"type", "boolean"}};
    case FieldKind::choice:
      return {{"type", "string"}, {"enum", field.choices()}};
    case FieldKind::integer:
    case FieldKind::side:
    case FieldKind::number: {
      ordered_json schema = {{"type", field.kind == FieldKind::number ? "number" : "integer"}};
      add_limits(field, schema);
      if (field.kind == FieldKind::side) schema["multipleOf"] = 8;
      return schema;
    }
    case FieldKind::seed:
      return seed_schema();
    case FieldKind::number_list: {
      ordered_json entry = {{"type", "number"}};
      add_limits(field, entry);
      return {{"type", "array"}, {"items", entry}, {"minItems", 1}};
    }
    case FieldKind::seed_weights: {
      const ordered_json weight = {{"type", "number"}, {"minimum", 0}, {"maximum", 1}};
      return {
          {"type", "array"}, {"items", closed_object({{"seed", seed_schema()}, {"weight", weight}})}, {"minItems", 1}};
    }
    case FieldKind::axes:
      return {{"type", "array"},
              {"items", {{"type", "string"}, {"enum", {"x", "y"}}}},
              {"minItems", 1},
              {"uniqueItems", true}};
    case FieldKind::picture:
      return picture_schema(door);
    case FieldKind::model:
      if (!door.may_open_files) return {{"type", "string"}, {"pattern", R"(^[^/\\]*$)"}};
      break;
    case FieldKind::text:
    case FieldKind::weights:
    case FieldKind::folder:
      break;
  }
  return {{"type", "string"}};
}

bool is_taken(const Field& field, const JsonDoor& door) {
  return door.may_open_files || (field.kind != FieldKind::weights && field.kind != FieldKind::folder);
}

ordered_json property_schema(const Field& field, const JsonDoor& door) {
  ordered_json schema = {{"title", field.label}, {"description", field.help}};
  schema.update(type_schema(field, door));
  if (field.fallback) schema["default"] = ordered_json(field_json(parse_field(field, *field.fallback)));
  schema["x-group"] = name_of(field.group);
  if (!field.unit.empty()) schema["x-unit"] = field.unit;
  if (opens_files(field.kind)) schema["x-opens-files"] = true;
  if (field.needs_picture) schema["x-needs-picture"] = true;
  if (field.model_may_default) schema["x-model-may-default"] = true;
  return schema;
}

}  // namespace

nlohmann::ordered_json request_schema(const JsonDoor& door) {
  ordered_json properties = ordered_json::object();
  for (const Field* field : request_fields()) {
    if (is_taken(*field, door)) properties[std::string(field->name)] = property_schema(*field, door);
  }
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"title", "A request to redraw"},
          {"type", "object"},
          {"properties", properties},
          {"additionalProperties", false}};
}

}  // namespace redraw
