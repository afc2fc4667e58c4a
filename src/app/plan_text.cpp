#include "app/plan_text.h"

#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "redraw/engine.h"

namespace redraw {
namespace {

nlohmann::json json_of(const FieldValue& value) {
  return std::visit([](const auto& v) { return nlohmann::json(v); }, value);
}

// "sampler ddim (program)"
std::string with_origin(const Settings& settings, std::string_view field, std::string_view label) {
  const std::optional<FieldValue> value = get_field(settings.values, find_field(field));
  return fmt::format("{} {} ({})", label, field_text(*value), origin_name(settings.origin(field)));
}

}  // namespace

std::string plan_line(const Settings& settings, const GeneratePlan& plan) {
  const bool is_img2img = !settings.values.init.empty();
  std::string line = is_img2img ? fmt::format("strength {} x {} steps: ", *settings.values.strength, plan.steps())
                                : fmt::format("{} steps: ", plan.steps());
  line += fmt::format("running {} of {}, from t={:.6g}, sigma={:.4f}; ", plan.steps_to_run(), plan.steps(),
                      plan.first_timestep(), plan.first_sigma());
  if (is_img2img) line += fmt::format("strength ({}), ", origin_name(settings.origin("strength")));
  line += fmt::format("steps ({}), ", origin_name(settings.origin("steps")));
  line += with_origin(settings, "sampler", "sampler") + ", " + with_origin(settings, "cfg_scale", "guidance");
  return line;
}

std::string metadata_json(const Settings& settings, const ModelSpec& model, const GenerateRequest& request,
                          const GeneratePlan& plan, int threads) {
  nlohmann::json fields, origins;
  for (const Field& field : request_fields()) {
    const std::optional<FieldValue> value = get_field(settings.values, field);
    const bool applies = !field.is_img2img_only || !settings.values.init.empty();
    if (!value || !applies || field.name == "model") continue;
    fields[std::string(field.name)] = json_of(*value);
    if (const auto it = settings.origins.find(field.name); it != settings.origins.end() && !field.is_positional) {
      origins[std::string(field.name)] = origin_name(it->second);
    }
  }
  // Only names, never places on somebody's disk.
  if (!settings.values.init.empty()) {
    fields["init"] = std::filesystem::path(settings.values.init).filename().string();
  }
  fields["seed"] = request.seed;
  fields["width"] = request.width;
  fields["height"] = request.height;
  const nlohmann::json metadata = {
      {"program", "redraw"},
      {"version", version()},
      {"model", model.name},
      {"family", model.family},
      {"request", fields},
      {"origins", origins},
      {"threads", threads},
      {"plan",
       {{"line", plan_line(settings, plan)},
        {"steps", plan.steps()},
        {"steps_run", plan.steps_to_run()},
        {"first_timestep", plan.first_timestep()},
        {"first_sigma", plan.first_sigma()},
        {"prediction_type", name_of(plan.sampling.config.prediction_type)}}},
  };
  return metadata.dump();
}

}  // namespace redraw
