#include "base/json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/input_file.h"

namespace redraw {
namespace {

using nlohmann::json;

constexpr size_t kMaxBytes = size_t{16} << 20;
constexpr int kMaxDepth = 32;

// nlohmann's parser recurses nowhere, but its values are destroyed recursively: bound the depth first.
bool too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

// Python's json writes three words that JSON lacks; diffusers saves -Infinity as the default of a field. They become
// strings, and a getter of numbers refuses those like any other string.
std::string with_words_for_numbers_quoted(std::string_view text) {
  constexpr std::array<std::string_view, 3> kWords = {"-Infinity", "Infinity", "NaN"};
  std::string result;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto word = std::ranges::find_if(kWords, [&](auto w) { return text.substr(i).starts_with(w); });
    if (!in_string && word != kWords.end()) {
      result += '"';
      result += *word;
      result += '"';
      i += word->size() - 1;
      continue;
    }
    const bool is_escape = in_string && text[i] == '\\' && i + 1 < text.size();
    if (is_escape) result += text[i++];
    if (text[i] == '"' && !is_escape) in_string = !in_string;
    result += text[i];
  }
  return result;
}

}  // namespace

JsonObject JsonObject::parse(std::string_view text, std::string where) {
  if (too_deep(text)) throw Error(Code::json_malformed, where + ": is nested more than 32 levels deep");
  try {
    // Only files that have such a word are copied: every other mistake keeps its place in the message.
    const bool has_words = text.find("Infinity") != text.npos || text.find("NaN") != text.npos;
    auto value =
        std::make_unique<json>(has_words ? json::parse(with_words_for_numbers_quoted(text)) : json::parse(text));
    if (!value->is_object()) throw Error(Code::json_malformed, where + ": is not a JSON object");
    return JsonObject(std::move(value), std::move(where));
  } catch (const json::exception& e) {
    throw Error(Code::json_malformed, where + ": is not valid JSON (byte " +
                                          std::to_string(dynamic_cast<const json::parse_error*>(&e)
                                                             ? dynamic_cast<const json::parse_error&>(e).byte
                                                             : 0) +
                                          ")");
  }
}

JsonObject JsonObject::of(json value, std::string where) {
  if (!value.is_object()) throw Error(Code::internal, where + ": is not a JSON object");
  return JsonObject(std::make_unique<json>(std::move(value)), std::move(where));
}

JsonObject JsonObject::read(const std::filesystem::path& path, FileOf of) {
  return parse(read_text_file(path, kMaxBytes, of), path.string());
}

JsonObject::JsonObject(std::unique_ptr<json> value, std::string where)
    : value_(std::move(value)), where_(std::move(where)) {}
JsonObject::JsonObject(const JsonObject& other) : value_(std::make_unique<json>(*other.value_)), where_(other.where_) {}
JsonObject::JsonObject(JsonObject&&) noexcept = default;
JsonObject& JsonObject::operator=(JsonObject&&) noexcept = default;
JsonObject::~JsonObject() = default;

const json* JsonObject::find(std::string_view field) const {
  const auto it = value_->find(field);
  return it == value_->end() || it->is_null() ? nullptr : &*it;
}

const json& JsonObject::require(std::string_view field) const {
  const json* value = find(field);
  if (value == nullptr) throw Error(Code::json_missing_field, where_ + ": has no '" + std::string(field) + "'");
  return *value;
}

void JsonObject::wrong_type(std::string_view field, std::string_view expected) const {
  throw Error(Code::json_wrong_type, where_ + ": '" + std::string(field) + "' must be " + std::string(expected));
}

bool JsonObject::has(std::string_view field) const {
  return find(field) != nullptr;
}

int64_t JsonObject::integer(std::string_view field, int64_t minimum, int64_t maximum,
                            std::optional<int64_t> fallback) const {
  if (!has(field) && fallback) return *fallback;
  const json& value = require(field);
  if (!value.is_number_integer()) wrong_type(field, "a whole number");
  const bool fits = !value.is_number_unsigned() || value.get<uint64_t>() <= static_cast<uint64_t>(INT64_MAX);
  const int64_t number = fits ? value.get<int64_t>() : INT64_MAX;
  if (!fits || number < minimum || number > maximum) {
    throw Error(Code::json_out_of_range, where_ + ": '" + std::string(field) + "' must be between " +
                                             std::to_string(minimum) + " and " + std::to_string(maximum));
  }
  return number;
}

double JsonObject::number(std::string_view field, double minimum, double maximum,
                          std::optional<double> fallback) const {
  if (!has(field) && fallback) return *fallback;
  const json& value = require(field);
  if (!value.is_number()) wrong_type(field, "a number");
  const double number = value.get<double>();
  if (!std::isfinite(number) || number < minimum || number > maximum) {
    throw Error(Code::json_out_of_range, where_ + ": '" + std::string(field) + "' must be between " +
                                             std::to_string(minimum) + " and " + std::to_string(maximum));
  }
  return number;
}

bool JsonObject::boolean(std::string_view field, std::optional<bool> fallback) const {
  if (!has(field) && fallback) return *fallback;
  const json& value = require(field);
  if (!value.is_boolean()) wrong_type(field, "true or false");
  return value.get<bool>();
}

std::string JsonObject::string(std::string_view field, std::optional<std::string> fallback) const {
  if (!has(field) && fallback) return *fallback;
  const json& value = require(field);
  if (!value.is_string()) wrong_type(field, "a string");
  return value.get<std::string>();
}

std::vector<std::string> JsonObject::strings(std::string_view field) const {
  const json& value = require(field);
  if (!value.is_array()) wrong_type(field, "a list of strings");
  std::vector<std::string> result;
  for (const json& item : value) {
    if (!item.is_string()) wrong_type(field, "a list of strings");
    result.push_back(item.get<std::string>());
  }
  return result;
}

std::vector<int64_t> JsonObject::integers(std::string_view field, int64_t minimum, int64_t maximum,
                                          size_t spread) const {
  const json& value = require(field);
  if (spread != 0 && value.is_number()) return std::vector<int64_t>(spread, integer(field, minimum, maximum));
  if (!value.is_array()) wrong_type(field, "a list of whole numbers");
  std::vector<int64_t> result;
  for (const json& item : value) {
    if (!item.is_number_integer()) wrong_type(field, "a list of whole numbers");
    const int64_t number = item.get<int64_t>();
    if (number < minimum || number > maximum) {
      throw Error(Code::json_out_of_range, where_ + ": the entries of '" + std::string(field) + "' must be between " +
                                               std::to_string(minimum) + " and " + std::to_string(maximum));
    }
    result.push_back(number);
  }
  return result;
}

std::vector<double> JsonObject::numbers(std::string_view field) const {
  const json& value = require(field);
  if (!value.is_array()) wrong_type(field, "a list of numbers");
  std::vector<double> result;
  for (const json& item : value) {
    if (!item.is_number()) wrong_type(field, "a list of numbers");
    result.push_back(item.get<double>());
  }
  return result;
}

}  // namespace redraw
