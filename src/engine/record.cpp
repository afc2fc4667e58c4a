#include "engine/record.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "redraw/version.h"
#include "request/request_json.h"

namespace redraw {
namespace {

// Only names, never places on somebody's disk. A folder may be given with a slash at its end.
std::string name_of_place(const std::string& place) {
  if (place.empty()) return {};
  const std::filesystem::path path = std::filesystem::absolute(place).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

nlohmann::json recorded_value(const Field& field, const FieldValue& value) {
  if (const auto* picture = std::get_if<Picture>(&value)) return picture->name;
  if (opens_files(field.kind)) return name_of_place(std::get<std::string>(value));
  return field_json(value);
}

// "euler_k" and euler on Karras levels are one request, and are written as the second.
void write_sampler_by_name(const NamedSampler& sampler, nlohmann::json& fields) {
  fields["sampler"] = sampler.sampler->name;
  if (sampler.rule != SigmaRule::model) fields["schedule"] = sigma_schedule(sampler.rule).name;
}

}  // namespace

std::string record_json(const RecordSource& source) {
  const ResolvedRequest& request = source.request;
  nlohmann::json fields;
  for (const Field* field : request_fields()) {
    const std::optional<FieldValue> value = get_field(request.fields, *field);
    const bool applies = !field->needs_picture || request.has_picture;
    // How it is run is not what it is; the model stands by itself.
    if (!value || !applies || field->group == Group::output || field->kind == FieldKind::model) continue;
    fields[std::string(field->name)] = recorded_value(*field, *value);
  }
  write_sampler_by_name(request.run.sampler, fields);
  fields["width"] = source.generation.width;
  fields["height"] = source.generation.height;
  nlohmann::json files = nlohmann::json::object();
  for (const auto& [field, file] : source.files) files[field] = {{"name", file.name}, {"sha256", file.sha256}};
  const RunPlan& run = source.plan.run;
  return json_text({{"program", "redraw"},
                    {"version", version()},
                    {"model", source.model.name},
                    {"family", name_of(source.model.family)},
                    {"files", files},
                    {"request", fields},
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
