#include "request/value_lists.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "base/utf8.h"

namespace redraw {
namespace {

constexpr auto kAxes = std::to_array<std::pair<std::string_view, WrapAxes>>({
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

WrapAxes parse_seamless_axes(std::string_view text) {
  const auto* it = std::ranges::find(kAxes, text, &std::pair<std::string_view, WrapAxes>::first);
  if (it != kAxes.end()) return it->second;
  throw Error(Code::unknown_name,
              "seamless_axes is '" + std::string(cut_utf8(text, 40)) + "', but must be x, y or x,y");
}

std::vector<double> parse_cfg_scales(std::string_view text) {
  constexpr double kLargest = 100;
  std::vector<double> scales;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    std::string_view entry = text.substr(at, end - at);
    while (!entry.empty() && entry.front() == ' ') entry.remove_prefix(1);
    while (!entry.empty() && entry.back() == ' ') entry.remove_suffix(1);
    const std::string where = "cfg_scales: entry " + std::to_string(scales.size() + 1) + " is '" +
                              std::string(cut_utf8(entry, 40)) + "', but must be a number, 0 to 100";
    double scale = 0;
    const auto result = std::from_chars(entry.data(), entry.data() + entry.size(), scale);
    if (result.ec != std::errc() || result.ptr != entry.data() + entry.size() || std::isnan(scale)) {
      throw Error(Code::not_a_number, where);
    }
    if (scale < 0 || scale > kLargest) throw Error(Code::out_of_range, where);
    scales.push_back(scale);
    at = end + 1;
  }
  return scales;
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
