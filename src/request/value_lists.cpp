#include "request/value_lists.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "base/error.h"
#include "base/suggest.h"
#include "base/utf8.h"

namespace redraw {
namespace {

struct AxesRow {
  std::string_view text;
  WrapAxes axes;
};
constexpr auto kAxes = std::to_array<AxesRow>({
    {"x", {.x = true, .y = false}},
    {"y", {.x = false, .y = true}},
    {"x,y", {.x = true, .y = true}},
    {"y,x", {.x = true, .y = true}},
});

constexpr auto kStepNoises = std::to_array<std::pair<std::string_view, StepNoise>>({
    {"continued", StepNoise::continued},
    {"own", StepNoise::own},
    {"brownian", StepNoise::brownian},
});

}  // namespace

std::vector<std::string> parse_axes(std::string_view field, std::string_view text) {
  const auto* row = std::ranges::find(kAxes, text, &AxesRow::text);
  if (row == kAxes.end()) {
    throw Error(Code::unknown_name,
                std::string(field) + " is '" + std::string(cut_utf8(text, 40)) + "', but must be x, y or x,y");
  }
  std::vector<std::string> axes;
  if (row->axes.x) axes.emplace_back("x");
  if (row->axes.y) axes.emplace_back("y");
  return axes;
}

WrapAxes wrap_axes(std::span<const std::string> axes) {
  return {.x = std::ranges::count(axes, "x") != 0, .y = std::ranges::count(axes, "y") != 0};
}

std::vector<double> parse_numbers(std::string_view field, std::string_view text, const std::string& range) {
  std::vector<double> numbers;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    const std::string_view entry = trimmed(text.substr(at, end - at));
    double number = 0;
    const auto result = std::from_chars(entry.data(), entry.data() + entry.size(), number);
    if (result.ec != std::errc() || result.ptr != entry.data() + entry.size() || std::isnan(number)) {
      refuse_entry(Code::not_a_number, field, numbers.size(), entry,
                   range.empty() ? "a number; separate them with commas" : "a number, " + range);
    }
    numbers.push_back(number);
    at = end + 1;
  }
  return numbers;
}

void refuse_entry(Code code, std::string_view field, size_t index, std::string_view entry, const std::string& wanted) {
  throw Error(code, std::string(field) + ": entry " + std::to_string(index + 1) + " is '" +
                        std::string(cut_utf8(entry, 40)) + "', but must be " + wanted);
}

std::vector<std::string_view> step_noise_names() {
  std::vector<std::string_view> names;
  names.reserve(kStepNoises.size());
  for (const auto& [name, noise] : kStepNoises) names.push_back(name);
  return names;
}

StepNoise find_step_noise(std::string_view name) {
  for (const auto& [known, noise] : kStepNoises) {
    if (known == name) return noise;
  }
  throw Error(Code::unknown_name, unknown_name_message("step noise", name, step_noise_names()));
}

}  // namespace redraw
