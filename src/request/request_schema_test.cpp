#include "request/request_schema.h"

#include <cmath>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "request/field_lists.h"
#include "request/field_samples.h"
#include "support/error_of.h"

namespace redraw {
namespace {

using nlohmann::json;

bool fits(const json& schema, const json& value);

bool is_of_type(const std::string& type, const json& value) {
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "number") return value.is_number();
  if (type == "integer") {
    return value.is_number_integer() || (value.is_number() && std::trunc(value.get<double>()) == value.get<double>());
  }
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  ADD_FAILURE() << "the type '" << type << "' is unknown to this test";
  return false;
}

bool fits_object(const json& schema, const json& value) {
  for (const auto& [name, entry] : value.items()) {
    if (schema.at("properties").contains(name) ? !fits(schema["properties"][name], entry)
                                               : schema.at("additionalProperties") == false)
      return false;
  }
  for (const json& name : schema.value("required", json::array())) {
    if (!value.contains(name.get<std::string>())) return false;
  }
  return true;
}

// 64 bits of mantissa hold every seed; nlohmann compares a seed and an int as int64_t.
long double exact(const json& number) {
  return number.is_number_unsigned()  ? static_cast<long double>(number.get<uint64_t>())
         : number.is_number_integer() ? static_cast<long double>(number.get<int64_t>())
                                      : static_cast<long double>(number.get<double>());
}

// The keywords that request_schema uses, as draft 2020-12 defines them; another one fails the test.
bool keyword_holds(const std::string& keyword, const json& schema, const json& value) {
  const json& limit = schema[keyword];
  if (keyword == "type") return is_of_type(limit, value);
  if (keyword == "enum") return std::find(limit.begin(), limit.end(), value) != limit.end();
  if (keyword == "minimum") return !value.is_number() || exact(value) >= exact(limit);
  if (keyword == "maximum") return !value.is_number() || exact(value) <= exact(limit);
  if (keyword == "exclusiveMinimum") return !value.is_number() || exact(value) > exact(limit);
  if (keyword == "exclusiveMaximum") return !value.is_number() || exact(value) < exact(limit);
  if (keyword == "multipleOf") return !value.is_number() || std::fmod(value.get<double>(), limit.get<double>()) == 0;
  if (keyword == "minItems") return !value.is_array() || value.size() >= limit;
  if (keyword == "minLength") return !value.is_string() || value.get<std::string>().size() >= limit;
  if (keyword == "maxLength") return !value.is_string() || value.get<std::string>().size() <= limit;
  if (keyword == "pattern")
    return !value.is_string() || std::regex_search(value.get<std::string>(), std::regex(limit.get<std::string>()));
  if (keyword == "uniqueItems")
    return !value.is_array() || std::set<json>(value.begin(), value.end()).size() == value.size();
  if (keyword == "items")
    return !value.is_array() ||
           std::all_of(value.begin(), value.end(), [&](const json& one) { return fits(limit, one); });
  if (keyword == "anyOf")
    return std::any_of(limit.begin(), limit.end(), [&](const json& one) { return fits(one, value); });
  if (keyword == "properties") return !value.is_object() || fits_object(schema, value);
  const bool says_only = keyword.starts_with("x-") || keyword == "title" || keyword == "description" ||
                         keyword == "default" || keyword == "contentEncoding" || keyword == "$schema" ||
                         keyword == "additionalProperties" || keyword == "required";
  EXPECT_TRUE(says_only) << "the keyword '" << keyword << "' is unknown to this test";
  return true;
}

bool fits(const json& schema, const json& value) {
  for (const auto& [keyword, unused] : schema.items()) {
    if (!keyword_holds(keyword, schema, value)) return false;
  }
  return true;
}

bool is_read(const json& request, const JsonDoor& door) {
  try {
    request_of_json(request, door);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Values at the edges of a field, beyond them, and of every other type.
std::vector<json> probes(const Field& field) {
  std::vector<json> values = {true,
                              0,
                              1,
                              7,
                              -1,
                              0.5,
                              1.0,
                              1e300,
                              -0.0,
                              "",
                              "x",
                              "no such name",
                              "../x",
                              "a\\b",
                              json::array(),
                              json::array({1.5}),
                              json::array({3.0, 1e300}),
                              json::array({"x"}),
                              json::array({"x", "x"}),
                              json::array({"y", "x"}),
                              json::array({"z"}),
                              json::object(),
                              {{"name", "a.png"}, {"base64", "Zg=="}},
                              {{"name", "a/b.png"}, {"base64", "Zg=="}},
                              {{"name", ""}, {"base64", "Zg=="}},
                              {{"name", "a.png"}, {"base64", ""}},
                              {{"name", "a.png"}, {"base64", "Zg=="}, {"path", "x"}},
                              {{"name", "a.png"}},
                              {{"attachment", "a"}},
                              {{"path", "x"}},
                              json::array({{{"seed", 1}, {"weight", 0.5}}}),
                              json::array({{{"seed", 1}, {"weight", 1.5}}}),
                              json::array({{{"seed", -1}, {"weight", 0.5}}}),
                              json::array({{{"seed", 1}}}),
                              UINT64_MAX,
                              18446744073709551616.0};
  const Range& range = field.range;
  for (const double edge : {range.least, range.most}) {
    for (const double step : {0.0, 1.0, -1.0, 8.0, -8.0, 1e-9, -1e-9, 0.5}) {
      values.emplace_back(edge + step);
      values.push_back(json::array({edge + step}));
      if (std::trunc(edge + step) == edge + step) values.emplace_back(static_cast<int64_t>(edge + step));
    }
  }
  for (const FieldValue& value : field_samples(field)) values.push_back(field_json(value));
  return values;
}

TEST(RequestSchema, TakesWhatTheReaderTakes) {
  const JsonDoor::Attachments attachments = {{"a", sample_picture()}};
  for (const JsonDoor& door : {JsonDoor{}, JsonDoor{.attachments = &attachments}, JsonDoor{.may_open_files = true}}) {
    const json schema = request_schema(door);
    for (const Field* field : request_fields()) {
      int taken = 0, refused = 0;
      for (const json& value : probes(*field)) {
        const json request = {{std::string(field->name), value}};
        // Falling levels are beyond a schema; those that do fall are in both.
        const bool is_beyond = field->check_list != nullptr && fits(schema, request);
        const bool reads = is_read(request, door);
        if (!is_beyond) {
          EXPECT_EQ(fits(schema, request), reads) << request;
        }
        ++(reads ? taken : refused);
      }
      const bool is_of_owner = field->kind == FieldKind::weights || field->kind == FieldKind::folder;
      EXPECT_EQ(taken > 0, door.may_open_files || !is_of_owner) << field->name;
      EXPECT_GT(refused, 5) << field->name;
    }
    EXPECT_FALSE(fits(schema, {{"stength", 0.5}}));
    EXPECT_TRUE(fits(schema, json::object()));
  }
}

TEST(RequestSchema, SaysWhatTheTableSays) {
  const nlohmann::ordered_json schema = request_schema({.may_open_files = true});
  size_t at = 0;
  ASSERT_EQ(schema["properties"].size(), request_fields().size());
  for (const auto& [name, property] : schema["properties"].items()) {
    const Field& field = *request_fields()[at++];
    EXPECT_EQ(name, field.name) << "the order is the table's";
    EXPECT_EQ(property["title"], field.label);
    EXPECT_EQ(property["description"], field.help);
    EXPECT_EQ(property["x-group"], name_of(field.group));
    EXPECT_EQ(property.value("x-opens-files", false), opens_files(field.kind));
    EXPECT_EQ(property.contains("default"), field.fallback.has_value());
    EXPECT_TRUE(!field.fallback || fits(property, property["default"])) << name;
  }
  EXPECT_EQ(schema["properties"]["strength"]["default"], 0.75);
  EXPECT_EQ(schema["properties"]["max_memory"]["x-unit"], "GiB");
  EXPECT_EQ(schema["properties"]["width"]["minimum"].dump(), "64");
}

TEST(FieldLists, HaveEveryFieldAndOption) {
  const json fields = json::parse(fields_json())["fields"];
  const std::string text = fields_text();
  ASSERT_EQ(fields.size(), request_fields().size());
  for (size_t i = 0; i < fields.size(); ++i) {
    const Field& field = *request_fields()[i];
    EXPECT_EQ(fields[i]["name"], field.name);
    EXPECT_EQ(fields[i]["kind"], name_of(field.kind));
    EXPECT_NE(text.find("\n" + std::string(field.name) + " "), std::string::npos) << field.name;
    for (const json& option : fields[i]["options"])
      EXPECT_NE(text.find(option.get<std::string>()), std::string::npos) << option;
  }
}

}  // namespace
}  // namespace redraw
