#include "request/value_range.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

#include "base/error.h"
#include "base/utf8.h"
#include "request/field_value.h"

namespace redraw {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(separator, at), text.size());
    std::string_view part = text.substr(at, end - at);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    parts.push_back(part);
    at = end + 1;
  }
  return parts;
}

bool has_range(FieldKind kind) {
  return kind == FieldKind::integer || kind == FieldKind::number || kind == FieldKind::seed || kind == FieldKind::side;
}

// A number as it is written: digits / 10^places. Sums of these are exact, those of 0.1 in binary are not.
struct Decimal {
  uint64_t digits = 0;
  int places = 0;
};

[[noreturn]] void refuse_form(const Field& field, std::string_view text) {
  throw Error(Code::usage, std::string(field.name) + ": the range '" + std::string(cut_utf8(text, 40)) +
                               "' must be from:to:step in plain decimals, as " +
                               (field.kind == FieldKind::number ? "0.3:0.9:0.1" : "10:50:10"));
}

Decimal parse_decimal(const Field& field, std::string_view part, std::string_view range) {
  std::string digits(part);
  Decimal decimal;
  if (const size_t point = digits.find('.'); point != std::string::npos) {
    decimal.places = static_cast<int>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  // Without a sign; of at most 64 bits, as seeds are.
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), decimal.digits);
  if (result.ec != std::errc() || result.ptr != digits.data() + digits.size()) refuse_form(field, range);
  return decimal;
}

std::string decimal_text(const Decimal& decimal) {
  std::string text = std::to_string(decimal.digits);
  if (decimal.places == 0) return text;
  const auto places = static_cast<size_t>(decimal.places);
  if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
  return text.insert(text.size() - places, ".");
}

// With as many places as the longest of them.
void align(Decimal (&decimals)[3], const Field& field, std::string_view range) {
  const int places = std::ranges::max(decimals, {}, &Decimal::places).places;
  for (Decimal& decimal : decimals) {
    for (; decimal.places < places; ++decimal.places) {
      if (decimal.digits > std::numeric_limits<uint64_t>::max() / 10) refuse_form(field, range);
      decimal.digits *= 10;
    }
  }
}

void add_range(const Field& field, std::string_view text, std::vector<FieldValue>& values) {
  const std::vector<std::string_view> parts = split(text, ':');
  if (parts.size() != 3 || !has_range(field.kind)) refuse_form(field, text);
  (void)parse_field(field, parts[0]);  // their errors are those of single values
  (void)parse_field(field, parts[1]);
  Decimal decimals[3];
  for (size_t i = 0; i < 3; ++i) decimals[i] = parse_decimal(field, parts[i], text);
  align(decimals, field, text);
  const auto& [from, to, step] = decimals;
  const std::string where = std::string(field.name) + ": the range " + std::string(cut_utf8(text, 40));
  if (step.digits == 0) throw Error(Code::out_of_range, where + " has a step of 0");
  if (from.digits > to.digits) throw Error(Code::out_of_range, where + " runs backwards; give the smaller end first");
  const uint64_t steps = (to.digits - from.digits) / step.digits;
  if (steps >= kMaxSweepCells) {
    throw Error(Code::out_of_range, where + " has more than " + std::to_string(kMaxSweepCells) + " values");
  }
  for (uint64_t i = 0; i <= steps; ++i) {
    values.push_back(parse_field(field, decimal_text({from.digits + i * step.digits, from.places})));
  }
}

}  // namespace

std::vector<FieldValue> parse_values(const Field& field, std::string_view text) {
  std::vector<FieldValue> values;
  for (const std::string_view part : split(text, ',')) {
    if (has_range(field.kind) && part.find(':') != std::string_view::npos) {
      add_range(field, part, values);
    } else {
      values.push_back(parse_field(field, part));
    }
  }
  for (auto value = values.begin(); value != values.end(); ++value) {
    if (std::find(values.begin(), value, *value) == value) continue;
    throw Error(Code::usage, std::string(field.name) + ": " + field_text(*value) + " is given twice");
  }
  return values;
}

}  // namespace redraw
