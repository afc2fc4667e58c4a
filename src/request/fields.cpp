#include "request/fields.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/decimal.h"
#include "base/error.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "diffusion/latent_threshold.h"
#include "diffusion/sampler.h"
#include "diffusion/seeded_streams.h"
#include "diffusion/semantics.h"
#include "image/fit.h"
#include "request/value_lists.h"

namespace redraw {
namespace {

constexpr double kAny = 0;
constexpr double kLargestExact = 9007199254740992.0;  // 2^53

std::vector<std::string_view> sampler_names() {
  std::vector<std::string_view> names;
  for (const SamplerInfo* sampler : samplers()) names.push_back(sampler->name);
  return names;
}

std::vector<std::string_view> schedule_names() {
  std::vector<std::string_view> names;
  for (const SigmaScheduleInfo& schedule : sigma_schedules()) {
    if (schedule.rule != SigmaRule::explicit_sigmas) names.push_back(schedule.name);
  }
  return names;
}

std::vector<std::string_view> semantics_names() {
  std::vector<std::string_view> names;
  for (const Semantics& semantics : all_semantics()) names.push_back(semantics.name);
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
     "the picture to start from: PNG, JPEG or WebP, up to 320 million pixels", "0.1"},
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
    {"image_cfg_scale", FieldType::number, &Request::image_cfg_scale, 1, 100, false, "", true, true, false, "X",
     "of InstructPix2Pix models alone: how closely the picture is kept; without it the model's own, or 1.5", "0.3"},
    {"cfg_scales", FieldType::text, &Request::cfg_scales, kAny, kAny, false, "", false, false, false, "X,X,...",
     "guidance of each step that is run, in place of cfg_scale", "0.2"},
    {"cfg_rescale", FieldType::number, &Request::cfg_rescale, 0, 1, false, "0", true, false, false, "X",
     "brings the guided prediction back to the spread of the unguided one, against washed-out colours", "0.2"},
    {"guidance_start", FieldType::number, &Request::guidance_start, 0, 1, false, "0", false, false, false, "X",
     "share of the steps before which there is no guidance", "0.2"},
    {"guidance_end", FieldType::number, &Request::guidance_end, 0, 1, false, "1", false, false, false, "X",
     "share of the steps from which on there is none; such steps take half the time", "0.2"},
    {"sampler", FieldType::text, &Request::sampler, kAny, kAny, false, "ddim", true, false, false, "NAME",
     "how noise becomes a picture; a name with _k is the sampler on Karras levels", "0.1", sampler_names,
     [](std::string_view name) { find_sampler(name); }},
    {"schedule", FieldType::text, &Request::schedule, kAny, kAny, false, "", false, false, false, "NAME",
     "the noise levels of the steps; without it the sampler's and the model's own", "0.2", schedule_names,
     [](std::string_view name) { find_sigma_schedule(name); }},
    {"spacing", FieldType::text, &Request::spacing, kAny, kAny, false, "", false, false, false, "NAME",
     "how the steps are laid over the model's timesteps; without it the sampler's and the model's own", "0.2",
     timestep_spacing_names, [](std::string_view name) { find_timestep_spacing(name); }},
    {"sigmas", FieldType::text, &Request::sigmas, kAny, kAny, false, "", false, false, false, "X,X,...",
     "the noise levels themselves, falling, one more than steps; the last may be 0", "0.2"},
    {"eta", FieldType::number, &Request::eta, 0, 1, false, "", false, false, false, "X",
     "share of new noise in the steps of ddim and tcd; without it 0 and 0.3", "0.2"},
    {"exact_steps", FieldType::flag, &Request::exact_steps, kAny, kAny, false, "false", false, true, false, "",
     "run exactly as many steps as asked, beginning at the exact noise level of the strength", "0.2"},
    {"denoising_start", FieldType::number, &Request::denoising_start, 0, 1, false, "", false, true, false, "X",
     "in place of strength: run the steps below this share of the timesteps, 1 - strength", "0.2", nullptr, nullptr, "",
     true},
    {"denoising_end", FieldType::number, &Request::denoising_end, 0, 1, true, "", false, false, false, "X",
     "stop at this share of the timesteps, with the rest of the noise left in", "0.2"},
    {"semantics", FieldType::text, &Request::semantics, kAny, kAny, false, "diffusers", false, false, false, "NAME",
     "whose rule turns strength into steps", "0.2", semantics_names,
     [](std::string_view name) { find_semantics(name); }},
    {"seed", FieldType::seed, &Request::seed, kAny, kAny, false, "", false, false, false, "N",
     "of the noise; without it one is drawn, and printed", "0.1"},
    {"images", FieldType::integer, &Request::images, 1, 1000, false, "1", false, false, false, "N",
     "how many pictures, of seed, seed + 1, ...", "0.2"},
    {"width", FieldType::side, &Request::width, kMinSide, kMaxSide, false, "", false, false, false, "PIXELS",
     "of the new picture; without it the model's native size, at the picture's aspect ratio", "0.1"},
    {"height", FieldType::side, &Request::height, kMinSide, kMaxSide, false, "", false, false, false, "PIXELS",
     "of the new picture; without it the model's native size, at the picture's aspect ratio", "0.1"},
    {"fit", FieldType::text, &Request::fit, kAny, kAny, false, "contain", false, true, false, "MODE",
     "how the picture is brought to width and height", "0.1", fit_mode_names,
     [](std::string_view name) { parse_fit_mode(name); }},
    {"noise", FieldType::text, &Request::noise, kAny, kAny, false, "torch-cpu", false, false, false, "NAME",
     "generator of the noise", "0.1", noise_names, [](std::string_view name) { make_noise_source(name, 0); }},
    {"step_noise", FieldType::text, &Request::step_noise, kAny, kAny, false, "continued", false, false, false, "NAME",
     "noise of the steps: the start's generator goes on, one of its own (InvokeAI 3), or a Brownian path (k-diffusion)",
     "0.2", step_noise_names, [](std::string_view name) { find_step_noise(name); }},
    {"variation_amount", FieldType::number, &Request::variation_amount, 0, 1, false, "0", false, false, false, "X",
     "moves the noise towards that of another seed", "0.2", nullptr, nullptr, "-v"},
    {"variation_seed", FieldType::seed, &Request::variation_seed, kAny, kAny, false, "", false, false, false, "N",
     "that seed; without it one is drawn, and printed", "0.2"},
    {"with_variations", FieldType::text, &Request::with_variations, kAny, kAny, false, "", false, false, false,
     "SEED:X,...", "moves the noise of --seed towards those of these seeds, one after the other", "0.2", nullptr,
     nullptr, "-V"},
    {"perlin", FieldType::number, &Request::perlin, 0, 1, false, "0", false, false, false, "X",
     "share of Perlin noise in the start: large soft shapes", "0.2"},
    {"threshold", FieldType::number, &Request::threshold, 0, kMaxThreshold, false, "0", false, false, false, "X",
     "limit on the latent's values, against colours that run away at high guidance; 0: none", "0.2"},
    {"h_symmetry_time_pct", FieldType::number, &Request::h_symmetry_time_pct, 0, 1, true, "", false, false, false, "X",
     "mirrors the left half to the right after this part of the steps", "0.2", nullptr, nullptr, "--h-symmetry"},
    {"v_symmetry_time_pct", FieldType::number, &Request::v_symmetry_time_pct, 0, 1, true, "", false, false, false, "X",
     "mirrors the upper half to the lower after this part of the steps", "0.2", nullptr, nullptr, "--v-symmetry"},
    {"seamless", FieldType::flag, &Request::seamless, kAny, kAny, false, "false", false, false, false, "",
     "make a picture that tiles without a seam", "0.2"},
    {"seamless_axes", FieldType::text, &Request::seamless_axes, kAny, kAny, false, "", false, false, false, "AXES",
     "along which: x, y or x,y", "0.2", nullptr, [](std::string_view axes) { parse_seamless_axes(axes); }},
    {"hires_fix", FieldType::flag, &Request::hires_fix, kAny, kAny, false, "false", false, false, false, "",
     "draw at the model's own size first, then enlarge and draw over it; for pictures larger than that", "0.2"},
    {"hires_strength", FieldType::number, &Request::hires_strength, 0, 1, true, "0.75", false, false, false, "X",
     "strength of the second pass", "0.2"},
    {"init_color", FieldType::text, &Request::init_color, kAny, kAny, false, "", false, false, false, "PICTURE",
     "a picture whose colours the result is matched to", "0.2"},
    {"clip_skip", FieldType::integer, &Request::clip_skip, 1, 32, false, "1", true, false, false, "N",
     "take the text encoder's layer that many from its end; 1 is its usual one, 2 skips one layer", "0.3"},
    {"vae", FieldType::text, &Request::vae, kAny, kAny, false, "", false, false, false, "PATH",
     "another autoencoder in place of the model's: a weights file or a diffusers folder; a tiny one (TAESD) as well",
     "0.3"},
    {"preview_vae", FieldType::text, &Request::preview_vae, kAny, kAny, false, "", false, false, false, "PATH",
     "a tiny autoencoder (TAESD) that decodes the step strip and the intermediates; the picture is the model's own",
     "0.3"},
    {"prediction", FieldType::text, &Request::prediction, kAny, kAny, false, "", false, false, false, "NAME",
     "what the network was trained to predict; without it the model's own, as models inspect tells", "0.3",
     prediction_type_names, [](std::string_view name) { find_prediction_type(name); }},
    {"model_config", FieldType::text, &Request::model_config, kAny, kAny, false, "", false, false, false, "DIR",
     "for a model in a single file: a diffusers folder whose configurations it has, where they do not show", "0.3"},
    {"max_memory", FieldType::number, &Request::max_memory, 0, 4096, true, "", false, false, false, "GIB",
     "what weights and activations may take: networks are let go when they are done with; refused if it is too little",
     "0.3"},
    {"vae_sample", FieldType::flag, &Request::vae_sample, kAny, kAny, false, "false", false, true, false, "",
     "draw from the posterior of the encoded picture, first from the same generator, instead of taking its mean",
     "0.1"},
    {"model", FieldType::text, &Request::model, kAny, kAny, false, "", false, false, false, "MODEL",
     "a name of `redraw models`, a checkpoint (safetensors, ckpt, GGUF) or a diffusers folder; without it the "
     "default:\n"
     "at first, the model in the box",
     "0.1"},
    {"step_strip", FieldType::flag, &Request::step_strip, kAny, kAny, false, "false", false, false, false, "",
     "also write the latents at each executed step as one labelled picture", "0.1"},
    {"save_intermediates", FieldType::integer, &Request::save_intermediates, 0, 1000, false, "0", false, false, false,
     "N", "also write every N-th executed step as a picture; 0 writes none", "0.1"},
});

[[noreturn]] void refuse_range(const Field& field, std::string_view text) {
  // Other programs write -1 for a seed that they are to draw.
  const bool is_to_be_drawn = field.type == FieldType::seed && text.starts_with('-');
  throw Error(Code::out_of_range, std::string(field.name) + " is " + std::string(cut_utf8(text, 40)) +
                                      ", but must be " + field_range(field) +
                                      (is_to_be_drawn ? "; leave it out to have one drawn" : ""));
}

[[noreturn]] void refuse_number(const Field& field, std::string_view text) {
  throw Error(Code::not_a_number, std::string(field.name) + " is '" + std::string(cut_utf8(text, 40)) +
                                      "', but must be a " + (field.type == FieldType::number ? "" : "whole ") +
                                      "number, " + field_range(field));
}

void check_range(const Field& field, double value, std::string_view text) {
  if (std::isnan(value)) refuse_number(field, text);
  if (field.type == FieldType::side && std::abs(value) <= kLargestExact)
    check_side(field.name, static_cast<int64_t>(value));
  if (value < field.minimum || value > field.maximum || (field.excludes_minimum && value == field.minimum) ||
      (field.excludes_maximum && value == field.maximum)) {
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

bool is_whole(FieldType type) {
  return type == FieldType::integer || type == FieldType::seed || type == FieldType::side;
}

// Of a value that is a number.
double number_of(const FieldValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* integer = std::get_if<uint64_t>(&value)) return static_cast<double>(*integer);
  return std::get<double>(value);
}

FieldValue check_seed(const Field& field, const FieldValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    if (*number < 0) refuse_range(field, std::to_string(*number));
    return static_cast<uint64_t>(*number);
  }
  return value;
}

}  // namespace

std::span<const Field> request_fields() {
  return kFields;
}

const Field& threads_field() {
  static constexpr Field kThreads{.name = "threads",
                                  .type = FieldType::integer,
                                  .member = static_cast<std::optional<int64_t> Request::*>(nullptr),
                                  .minimum = 0,
                                  .maximum = 1024,
                                  .excludes_minimum = false,
                                  .fallback = "0",
                                  .model_may_default = false,
                                  .is_img2img_only = false,
                                  .is_positional = false,
                                  .value_name = "N",
                                  .help = "of the processor; 0 for all",
                                  .since = "0.1"};
  return kThreads;
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
    case FieldType::side:
      return parse_number<int64_t>(field, text);
    case FieldType::number:
      return parse_number<double>(field, text);
    case FieldType::seed:
      return parse_seed(field, text);
    case FieldType::flag:
      if (text == "true") return true;
      if (text == "false") return false;
  }
  throw Error(Code::usage, std::string(field.name) + " must be true or false");
}

FieldValue check_field(const Field& field, const FieldValue& value) {
  const bool is_integer = std::holds_alternative<int64_t>(value) || std::holds_alternative<uint64_t>(value);
  const bool is_number = is_integer || std::holds_alternative<double>(value);
  const bool fits = (field.type == FieldType::text && std::holds_alternative<std::string>(value)) ||
                    (field.type == FieldType::flag && std::holds_alternative<bool>(value)) ||
                    (field.type == FieldType::number && is_number) || (is_whole(field.type) && is_integer);
  if (!fits) {
    constexpr std::array<std::string_view, 6> kTypes = {"a text",        "a whole number", "a number",
                                                        "true or false", "a whole number", "a whole number"};
    throw Error(Code::usage,
                std::string(field.name) + " must be " + std::string(kTypes[static_cast<size_t>(field.type)]));
  }
  if (field.check_name != nullptr) field.check_name(std::get<std::string>(value));
  if (!is_number) return value;
  if (field.type == FieldType::seed) return check_seed(field, value);
  const double number = number_of(value);
  check_range(field, number, field_text(value));
  if (field.type == FieldType::number) return number;
  return std::holds_alternative<int64_t>(value) ? value : FieldValue(static_cast<int64_t>(number));
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
        if constexpr (std::is_same_v<T, int64_t> || std::is_same_v<T, uint64_t>) return std::to_string(v);
        if constexpr (std::is_same_v<T, double>) return decimal(v);
        if constexpr (std::is_same_v<T, bool>) return v ? "true" : "false";
      },
      value);
}

nlohmann::json field_json(const FieldValue& value) {
  return std::visit([](const auto& v) { return nlohmann::json(v); }, value);
}

std::string field_range(const Field& field) {
  if (field.type == FieldType::text || field.type == FieldType::flag) return {};
  if (field.type == FieldType::seed) return "0 to " + std::to_string(std::numeric_limits<uint64_t>::max());
  if (field.type == FieldType::side) return side_range();
  if (field.excludes_maximum) return "at least " + decimal(field.minimum) + ", below " + decimal(field.maximum);
  if (field.excludes_minimum) return "above " + decimal(field.minimum) + ", at most " + decimal(field.maximum);
  // Whole numbers as such: the shortest text of a large one would be in scientific notation.
  if (field.type == FieldType::integer) {
    return std::to_string(static_cast<int64_t>(field.minimum)) + " to " +
           std::to_string(static_cast<int64_t>(field.maximum));
  }
  return decimal(field.minimum) + " to " + decimal(field.maximum);
}

}  // namespace redraw
