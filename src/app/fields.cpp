#include "app/fields.h"

#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "base/decimal.h"
#include "base/error.h"
#include "base/suggest.h"
#include "diffusion/noise_source.h"
#include "diffusion/sampler.h"
#include "image/fit.h"

namespace redraw {
namespace {

constexpr double kAny = 0;

std::vector<std::string_view> sampler_names() {
  std::vector<std::string_view> names;
  for (const SamplerInfo* sampler : samplers()) names.push_back(sampler->name);
  return names;
}

std::vector<std::string_view> fit_mode_names() {
  std::vector<std::string_view> names;
  for (const FitModeInfo& mode : fit_modes()) names.push_back(mode.name);
  return names;
}

std::vector<std::string_view> noise_names() {
  return {noise_source_names().begin(), noise_source_names().end()};
}

constexpr auto kFields = std::to_array<Field>({
    {"init", FieldType::text, &Request::init, kAny, kAny, false, "", false, true, true, "PICTURE",
     "the picture to start from: PNG, JPEG or WebP", "0.1"},
    {"prompt", FieldType::text, &Request::prompt, kAny, kAny, false, "", false, false, true, "PROMPT",
     "what the new picture shows", "0.1"},
    {"negative", FieldType::text, &Request::negative, kAny, kAny, false, "", true, false, false, "TEXT",
     "what it should not show", "0.1"},
    {"strength", FieldType::number, &Request::strength, 0, 1, true, "0.75", false, true, false, "X",
     "how much is redrawn: int(steps * strength) steps are run, from the noise level of the first of them", "0.1"},
    {"steps", FieldType::integer, &Request::steps, 1, 1000, false, "30", true, false, false, "N",
     "steps of the whole schedule", "0.1"},
    {"cfg_scale", FieldType::number, &Request::cfg_scale, 0, 100, false, "7.5", true, false, false, "X",
     "guidance: how closely the prompt is followed; 1 or less turns it off", "0.1"},
    {"sampler", FieldType::text, &Request::sampler, kAny, kAny, false, "ddim", true, false, false, "NAME",
     "how noise becomes a picture", "0.1", sampler_names, [](std::string_view name) { find_sampler(name); }},
    {"seed", FieldType::integer, &Request::seed, 0, 4294967295.0, false, "", false, false, false, "N",
     "of the noise; without it one is drawn, and printed", "0.1"},
    {"width", FieldType::integer, &Request::width, 64, 8192, false, "", false, false, false, "PIXELS",
     "of the new picture, a multiple of 8; without it the model's native size, at the picture's aspect ratio", "0.1"},
    {"height", FieldType::integer, &Request::height, 64, 8192, false, "", false, false, false, "PIXELS", "likewise",
     "0.1"},
    {"fit", FieldType::text, &Request::fit, kAny, kAny, false, "contain", false, true, false, "MODE",
     "how the picture is brought to width and height", "0.1", fit_mode_names,
     [](std::string_view name) { parse_fit_mode(name); }},
    {"noise", FieldType::text, &Request::noise, kAny, kAny, false, "torch-cpu", false, false, false, "NAME",
     "generator of the noise", "0.1", noise_names, [](std::string_view name) { make_noise_source(name, 0); }},
    {"vae_sample", FieldType::flag, &Request::vae_sample, kAny, kAny, false, "false", false, true, false, "",
     "draw from the posterior of the encoded picture, first from the same generator, instead of taking its mean",
     "0.1"},
    {"model", FieldType::text, &Request::model, kAny, kAny, false, "", false, false, false, "DIR",
     "a model in a diffusers folder; without it the one in the box", "0.1"},
    {"step_strip", FieldType::flag, &Request::step_strip, kAny, kAny, false, "false", false, false, false, "",
     "also write the latents at each executed step as one labelled picture", "0.1"},
    {"save_intermediates", FieldType::integer, &Request::save_intermediates, 0, 1000, false, "0", false, false, false,
     "N", "also write every N-th executed step as a picture; 0 writes none", "0.1"},
});

[[noreturn]] void refuse_range(const Field& field, std::string_view text) {
  throw Error(Code::out_of_range, std::string(field.name) + " is " + std::string(text.substr(0, 40)) +
                                      ", but must be " + field_range(field));
}

[[noreturn]] void refuse_number(const Field& field, std::string_view text) {
  throw Error(Code::not_a_number, std::string(field.name) + " is '" + std::string(text.substr(0, 40)) +
                                      "', but must be a " + (field.type == FieldType::integer ? "whole " : "") +
                                      "number, " + field_range(field));
}

void check_range(const Field& field, double value, std::string_view text) {
  if (std::isnan(value)) refuse_number(field, text);
  if (value < field.minimum || value > field.maximum || (field.excludes_minimum && value == field.minimum)) {
    refuse_range(field, text);
  }
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

}  // namespace

std::span<const Field> request_fields() {
  return kFields;
}

const Field& find_field(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Field& field : kFields) {
    if (field.name == name) return field;
    names.push_back(field.name);
  }
  throw Error(Code::unknown_field, unknown_name_message("field", name, names));
}

FieldValue parse_field(const Field& field, std::string_view text) {
  switch (field.type) {
    case FieldType::text:
      if (field.check_name != nullptr) field.check_name(text);
      return std::string(text);
    case FieldType::integer:
      return parse_number<int64_t>(field, text);
    case FieldType::number:
      return parse_number<double>(field, text);
    case FieldType::flag:
      if (text == "true") return true;
      if (text == "false") return false;
  }
  throw Error(Code::usage, std::string(field.name) + " must be true or false");
}

FieldValue check_field(const Field& field, const FieldValue& value) {
  const bool is_integer = std::holds_alternative<int64_t>(value);
  const bool is_number = is_integer || std::holds_alternative<double>(value);
  const bool fits = (field.type == FieldType::text && std::holds_alternative<std::string>(value)) ||
                    (field.type == FieldType::flag && std::holds_alternative<bool>(value)) ||
                    (field.type == FieldType::integer && is_integer) || (field.type == FieldType::number && is_number);
  if (!fits) {
    constexpr std::array<std::string_view, 4> kTypes = {"a text", "a whole number", "a number", "true or false"};
    throw Error(Code::usage,
                std::string(field.name) + " must be " + std::string(kTypes[static_cast<size_t>(field.type)]));
  }
  if (field.check_name != nullptr) field.check_name(std::get<std::string>(value));
  if (!is_number) return value;
  const double number = is_integer ? static_cast<double>(std::get<int64_t>(value)) : std::get<double>(value);
  check_range(field, number, field_text(value));
  return field.type == FieldType::number ? FieldValue(number) : value;
}

void set_field(Request& request, const Field& field, const FieldValue& value) {
  std::visit(
      [&]<typename Member>(Member Request::*member) {
        if constexpr (std::is_same_v<Member, std::string>) {
          request.*member = std::get<std::string>(value);
        } else {
          request.*member = std::get<typename Member::value_type>(value);
        }
      },
      field.member);
}

std::optional<FieldValue> get_field(const Request& request, const Field& field) {
  return std::visit(
      [&]<typename Member>(Member Request::*member) -> std::optional<FieldValue> {
        if constexpr (std::is_same_v<Member, std::string>) {
          return FieldValue(request.*member);
        } else {
          if (!(request.*member)) return std::nullopt;
          return FieldValue(*(request.*member));
        }
      },
      field.member);
}

std::string field_text(const FieldValue& value) {
  return std::visit(
      []<typename T>(const T& v) -> std::string {
        if constexpr (std::is_same_v<T, std::string>) return v;
        if constexpr (std::is_same_v<T, int64_t>) return std::to_string(v);
        if constexpr (std::is_same_v<T, double>) return decimal(v);
        if constexpr (std::is_same_v<T, bool>) return v ? "true" : "false";
      },
      value);
}

std::string field_range(const Field& field) {
  if (field.type == FieldType::text || field.type == FieldType::flag) return {};
  if (field.excludes_minimum) return "above " + decimal(field.minimum) + ", at most " + decimal(field.maximum);
  // Whole numbers as such: the shortest text of 4294967295.0 would be in scientific notation.
  if (field.type == FieldType::integer) {
    return std::to_string(static_cast<int64_t>(field.minimum)) + " to " +
           std::to_string(static_cast<int64_t>(field.maximum));
  }
  return decimal(field.minimum) + " to " + decimal(field.maximum);
}

}  // namespace redraw
