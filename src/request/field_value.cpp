#include "request/field_value.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/ascii.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/utf8.h"
#include "diffusion/variations.h"
#include "image/side.h"
#include "request/value_lists.h"

namespace redraw {
namespace {

constexpr double kLargestExact = 9007199254740992.0;  // 2^53

constexpr std::array<std::string_view, 14> kPhrases = {"a text",
                                                       "a name",
                                                       "true or false",
                                                       "a whole number",
                                                       "a number",
                                                       "a whole number",
                                                       "a whole number",
                                                       "a list of numbers",
                                                       "a list of seeds and weights",
                                                       "x, y or both",
                                                       "a picture",
                                                       "a path",
                                                       "a path",
                                                       "a name or a path"};

[[noreturn]] void refuse_range(const Field& field, std::string_view text) {
  // Other programs write -1 for a seed that they are to draw.
  const bool is_to_be_drawn = field.kind == FieldKind::seed && text.starts_with('-');
  throw Error(Code::out_of_range, std::string(field.name) + " is " + std::string(cut_utf8(text, 40)) +
                                      ", but must be " + field_range(field) +
                                      (is_to_be_drawn ? "; leave it out to have one drawn" : ""));
}

[[noreturn]] void refuse_number(const Field& field, std::string_view text) {
  throw Error(Code::not_a_number, std::string(field.name) + " is '" + std::string(cut_utf8(text, 40)) +
                                      "', but must be a " + (field.kind == FieldKind::number ? "" : "whole ") +
                                      "number, " + field_range(field));
}

[[noreturn]] void refuse_kind(const Field& field) {
  throw Error(Code::usage, std::string(field.name) + " must be " + std::string(kind_phrase(field.kind)));
}

bool is_outside(const Range& range, double value) {
  return value < range.least || value > range.most || (range.excludes_least && value == range.least) ||
         (range.excludes_most && value == range.most);
}

void check_range(const Field& field, double value, std::string_view text) {
  if (std::isnan(value)) refuse_number(field, text);
  if (field.kind == FieldKind::side && std::abs(value) <= kLargestExact)
    check_side(field.name, static_cast<int64_t>(value));
  if (is_outside(field.range, value)) refuse_range(field, text);
}

template <typename Number>
Number parse_number(const Field& field, std::string_view text) {
  Number value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc::result_out_of_range) refuse_range(field, text);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) refuse_number(field, text);
  check_range(field, static_cast<double>(value), text);
  return value;
}

uint64_t parse_seed(const Field& field, std::string_view text) {
  uint64_t seed = 0;
  // from_chars takes no sign for what has none; the rest must be a whole number all the same.
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
  const bool is_whole = result.ec != std::errc::invalid_argument && result.ptr == digits.data() + digits.size();
  if (!is_whole) refuse_number(field, text);
  if (result.ec == std::errc::result_out_of_range || digits.size() != text.size()) refuse_range(field, text);
  return seed;
}

// Lists have either a range for each number or a rule of their own.
void check_numbers(const Field& field, const std::vector<double>& numbers) {
  if (field.check_list != nullptr) return field.check_list(numbers);
  for (size_t i = 0; i < numbers.size(); ++i) {
    const bool is_number = !std::isnan(numbers[i]);
    if (is_number && !is_outside(field.range, numbers[i])) continue;
    refuse_entry(is_number ? Code::out_of_range : Code::not_a_number, field.name, i, decimal(numbers[i]),
                 "a number, " + field_range(field));
  }
  if (numbers.empty()) throw Error(Code::usage, std::string(field.name) + " is an empty list; leave it out");
}

std::vector<SeedWeight> seed_weights_of(const std::vector<Variation>& variations) {
  std::vector<SeedWeight> pairs;
  pairs.reserve(variations.size());
  for (const Variation& variation : variations) pairs.push_back({.seed = variation.seed, .weight = variation.weight});
  return pairs;
}

std::string seed_weights_text(const std::vector<SeedWeight>& pairs) {
  std::vector<Variation> variations;
  variations.reserve(pairs.size());
  for (const SeedWeight& pair : pairs) variations.push_back({.seed = pair.seed, .weight = pair.weight});
  return variations_text(variations);
}

FieldValue check_text(const Field& field, const std::string& text) {
  if (field.check_name != nullptr) field.check_name(text);
  return text;
}

FieldValue check_number(const Field& field, const FieldValue& value) {
  const auto* integer = std::get_if<int64_t>(&value);
  const auto* unsigned_integer = std::get_if<uint64_t>(&value);
  const auto* real = std::get_if<double>(&value);
  if (real != nullptr && field.kind != FieldKind::number) refuse_kind(field);
  if (field.kind == FieldKind::seed) {
    if (unsigned_integer != nullptr) return *unsigned_integer;
    if (*integer < 0) refuse_range(field, std::to_string(*integer));
    return static_cast<uint64_t>(*integer);
  }
  const double number = real != nullptr      ? *real
                        : integer != nullptr ? static_cast<double>(*integer)
                                             : static_cast<double>(*unsigned_integer);
  check_range(field, number, field_text(value));
  if (field.kind == FieldKind::number) return number;
  return integer != nullptr ? *integer : static_cast<int64_t>(number);
}

bool is_of_text(FieldKind kind) {
  return kind == FieldKind::text || kind == FieldKind::choice || kind == FieldKind::weights ||
         kind == FieldKind::folder || kind == FieldKind::model;
}

bool is_of_numbers(FieldKind kind) {
  return kind == FieldKind::integer || kind == FieldKind::number || kind == FieldKind::seed || kind == FieldKind::side;
}

}  // namespace

std::string_view kind_phrase(FieldKind kind) {
  return kPhrases[static_cast<size_t>(kind)];
}

FieldValue parse_field(const Field& field, std::string_view text) {
  switch (field.kind) {
    case FieldKind::text:
    case FieldKind::choice:
    case FieldKind::weights:
    case FieldKind::folder:
    case FieldKind::model:
      return check_text(field, std::string(text));
    case FieldKind::integer:
    case FieldKind::side:
      return parse_number<int64_t>(field, text);
    case FieldKind::number:
      return parse_number<double>(field, text);
    case FieldKind::seed:
      return parse_seed(field, text);
    case FieldKind::flag:
      if (text == "true") return true;
      if (text == "false") return false;
      break;
    case FieldKind::number_list: {
      std::vector<double> numbers = parse_numbers(field.name, text, field_range(field));
      check_numbers(field, numbers);
      return numbers;
    }
    case FieldKind::seed_weights:
      return seed_weights_of(parse_variations(text));
    case FieldKind::axes:
      return parse_axes(field.name, text);
    case FieldKind::picture:
      return Picture::file(std::string(text));
  }
  refuse_kind(field);
}

FieldValue check_field(const Field& field, const FieldValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    // A text is a name or a list. That it is a picture's path only a door knows that may open files.
    const bool is_text = is_of_text(field.kind) || field.kind == FieldKind::axes ||
                         field.kind == FieldKind::number_list || field.kind == FieldKind::seed_weights;
    if (!is_text) refuse_kind(field);
    return parse_field(field, *text);
  }
  if (std::holds_alternative<bool>(value)) {
    if (field.kind != FieldKind::flag) refuse_kind(field);
    return value;
  }
  if (const auto* numbers = std::get_if<std::vector<double>>(&value)) {
    if (field.kind != FieldKind::number_list) refuse_kind(field);
    check_numbers(field, *numbers);
    return value;
  }
  if (const auto* pairs = std::get_if<std::vector<SeedWeight>>(&value)) {
    if (field.kind != FieldKind::seed_weights || pairs->empty()) refuse_kind(field);
    return parse_field(field, seed_weights_text(*pairs));  // its ranges are those of the text
  }
  if (const auto* axes = std::get_if<std::vector<std::string>>(&value)) {
    if (field.kind != FieldKind::axes) refuse_kind(field);
    return parse_axes(field.name, field_text(*axes));
  }
  if (std::holds_alternative<Picture>(value)) {
    if (field.kind != FieldKind::picture) refuse_kind(field);
    return value;
  }
  if (!is_of_numbers(field.kind)) refuse_kind(field);
  return check_number(field, value);
}

std::string field_text(const FieldValue& value) {
  return std::visit(
      []<typename T>(const T& v) -> std::string {
        const auto joined = [](const auto& list, const auto& text_of) {
          std::string text;
          for (const auto& one : list) text += (text.empty() ? "" : ",") + text_of(one);
          return text;
        };
        if constexpr (std::is_same_v<T, std::string>) return v;
        if constexpr (std::is_same_v<T, int64_t> || std::is_same_v<T, uint64_t>) return std::to_string(v);
        if constexpr (std::is_same_v<T, double>) return decimal(v);
        if constexpr (std::is_same_v<T, bool>) return v ? "true" : "false";
        if constexpr (std::is_same_v<T, std::vector<double>>) return joined(v, decimal);
        if constexpr (std::is_same_v<T, std::vector<std::string>>)
          return joined(v, [](const std::string& axis) { return axis; });
        if constexpr (std::is_same_v<T, std::vector<SeedWeight>>) return seed_weights_text(v);
        if constexpr (std::is_same_v<T, Picture>) return v.is_file() ? v.path() : v.name;
      },
      value);
}

std::string field_range(const Field& field) {
  const Range& range = field.range;
  switch (field.kind) {
    case FieldKind::seed:
      return "0 to " + std::to_string(std::numeric_limits<uint64_t>::max());
    case FieldKind::side:
      return side_range();
    case FieldKind::integer:
      // Whole numbers as such: the shortest text of a large one would be in scientific notation.
      return std::to_string(static_cast<int64_t>(range.least)) + " to " +
             std::to_string(static_cast<int64_t>(range.most));
    case FieldKind::number:
    case FieldKind::number_list:
      if (range.least == range.most) return {};
      if (range.excludes_most) return "at least " + decimal(range.least) + ", below " + decimal(range.most);
      if (range.excludes_least) return "above " + decimal(range.least) + ", at most " + decimal(range.most);
      return decimal(range.least) + " to " + decimal(range.most);
    default:
      return {};
  }
}

}  // namespace redraw
