#include "request/request_json.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "request/field_value.h"

namespace redraw {
namespace {

[[noreturn]] void refuse_type(const Field& field) {
  throw Error(Code::json_wrong_type,
              "'" + std::string(field.name) + "' must be " + std::string(kind_phrase(field.kind)));
}

FieldValue list_of_json(const Field& field, const nlohmann::json& json) {
  if (field.kind == FieldKind::number_list) {
    std::vector<double> numbers;
    for (const nlohmann::json& number : json) {
      if (!number.is_number()) refuse_type(field);
      numbers.push_back(number.get<double>());
    }
    return numbers;
  }
  if (field.kind == FieldKind::axes) {
    std::vector<std::string> axes;
    for (const nlohmann::json& axis : json) {
      if (!axis.is_string()) refuse_type(field);
      axes.push_back(axis.get<std::string>());
    }
    return axes;
  }
  if (field.kind != FieldKind::seed_weights) refuse_type(field);
  std::vector<SeedWeight> pairs;
  for (const nlohmann::json& pair : json) {
    const bool fits = pair.is_object() && pair.size() == 2 && pair.contains("seed") && pair.contains("weight") &&
                      pair["seed"].is_number_unsigned() && pair["weight"].is_number();
    if (!fits) refuse_type(field);
    pairs.push_back({.seed = pair["seed"].get<uint64_t>(), .weight = pair["weight"].get<double>()});
  }
  return pairs;
}

}  // namespace

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
  if (json.is_string()) return json.get<std::string>();
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned()) return json.get<uint64_t>();
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_array()) return list_of_json(field, json);
  refuse_type(field);
}

}  // namespace redraw
