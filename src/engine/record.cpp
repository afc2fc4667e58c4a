#include "engine/record.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/unicode_text.h"
#include "base/utf8.h"
#include "image/side.h"
#include "redraw/version.h"
#include "request/request_json.h"

namespace redraw {
namespace {

constexpr size_t kMostNameBytes = 255;

// "-0" is 0 that somebody has written in another way.
nlohmann::json without_negative_zero(nlohmann::json json) {
  if (json.is_number_float() && json.get<double>() == 0.0) return 0.0;
  if (json.is_array()) {
    for (nlohmann::json& entry : json) entry = without_negative_zero(std::move(entry));
  }
  return json;
}

nlohmann::json recorded_value(const Field& field, const FieldValue& value) {
  if (const auto* picture = std::get_if<Picture>(&value)) return recorded_name(picture->name);
  if (opens_files(field.kind)) return recorded_place(std::get<std::string>(value));
  return without_negative_zero(field_json(value));
}

// The sampler by name, and what it and the model decide where the request leaves it open. To ask for the same values
// changes nothing.
void write_sampling(const ResolvedRequest& request, const RunPlan& run, nlohmann::json& fields) {
  const SchedulerConfig& config = run.sampling.config;
  fields["sampler"] = request.run.sampler.sampler->name;
  fields.erase("schedule");
  if (config.sigma_rule != SigmaRule::explicit_sigmas) fields["schedule"] = sigma_schedule(config.sigma_rule).name;
  if (config.timestep_spacing) fields["spacing"] = name_of(*config.timestep_spacing);
  fields.erase("eta");
  const bool has_eta = request.run.sampler.sampler->adopt(SchedulerConfig{}).eta.has_value();
  if (has_eta && config.eta) fields["eta"] = without_negative_zero(*config.eta);
  if (request.run.denoising_end == 1.0) fields.erase("denoising_end");  // the end in any case
  fields["prediction"] = name_of(config.prediction_type);
}

void write_variations(const NoiseRequest& noise, nlohmann::json& fields) {
  nlohmann::json pairs = nlohmann::json::array();
  for (const Variation& pair : noise.variations) {
    if (pair.weight != 0) pairs.push_back({{"seed", pair.seed}, {"weight", pair.weight}});
  }
  fields.erase("with_variations");
  if (!pairs.empty()) fields["with_variations"] = pairs;
}

void write_seamless(const WrapAxes& axes, nlohmann::json& fields) {
  fields.erase("seamless_axes");
  fields["seamless"] = axes.x && axes.y;
  if (axes.x != axes.y) {
    fields.erase("seamless");
    fields["seamless_axes"] = nlohmann::json::array({axes.x ? "x" : "y"});
  }
}

// The size that came out, and how the picture came to it. A narrow picture may come out smaller than anybody may ask
// for: then what was asked.
void write_size(const RecordSource& source, nlohmann::json& fields) {
  const GenerateRequest& made = source.generation;
  if (std::min(made.width, made.height) < kMinSide) return;
  fields["width"] = made.width;
  fields["height"] = made.height;
  if (source.request.has_picture) fields["fit"] = fit_mode_name(source.fit);
}

nlohmann::json recorded_fields(const RecordSource& source) {
  const ResolvedRequest& request = source.request;
  nlohmann::json fields;
  for (const Field* field : request_fields()) {
    const std::optional<FieldValue> value = get_field(request.fields, *field);
    const bool applies = !field->needs_picture || request.has_picture;
    // How it is run is not what it is; the model stands by itself.
    if (!value || !applies || field->group == Group::output || field->kind == FieldKind::model) continue;
    fields[std::string(field->name)] = recorded_value(*field, *value);
  }
  write_sampling(request, source.plan.run, fields);
  write_variations(request.noise, fields);
  write_seamless(request.seamless, fields);
  if (fields.contains("cfg_scales")) fields.erase("cfg_scale");
  if (source.model.edits_picture() && request.has_picture) fields["image_cfg_scale"] = request.guidance.picture_scale;
  write_size(source, fields);
  return fields;
}

}  // namespace

std::string recorded_name(const std::string& name) {
  const std::string whole = replaced_utf8(name.substr(name.rfind('/') + 1));
  std::string shown;
  for (const char c : whole) {
    const auto byte = static_cast<unsigned char>(c);
    shown += byte < 0x20 || byte == 0x7F ? '_' : c;
  }
  if (shown == "." || shown == "..") return {};
  return std::string(cut_utf8(shown, kMostNameBytes));
}

std::string recorded_place(const std::string& path) {
  if (path.empty()) return {};
  const std::filesystem::path whole = std::filesystem::absolute(path).lexically_normal();
  return recorded_name((whole.has_filename() ? whole : whole.parent_path()).filename().string());
}

std::string record_json(const RecordSource& source) {
  nlohmann::json files = nlohmann::json::object();
  for (const auto& [field, file] : source.files) {
    files[field] = {{"name", file.name}};
    if (!file.sha256.empty()) files[field]["sha256"] = file.sha256;
  }
  const RunPlan& run = source.plan.run;
  return json_text({{"program", "redraw"},
                    {"version", version()},
                    {"model", source.model.name},
                    {"family", name_of(source.model.family)},
                    {"files", files},
                    {"request", recorded_fields(source)},
                    {"plan",
                     {{"steps", run.table().steps()},
                      {"steps_run", run.steps_to_run()},
                      {"first_timestep", run.first_timestep()},
                      {"first_sigma", run.first_sigma()},
                      {"sampler", run.sampling.sampler->name},
                      {"schedule", sigma_schedule(run.sampling.config.sigma_rule).name},
                      {"semantics", run.semantics->name},
                      {"prediction_type", name_of(run.sampling.config.prediction_type)}}}});
}

}  // namespace redraw
