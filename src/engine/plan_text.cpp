#include "engine/plan_text.h"

#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "redraw/version.h"

namespace redraw {
namespace {

// Only names, never places on somebody's disk. A folder may be given with a slash at its end.
std::string name_of_place(const std::string& place) {
  if (place.empty()) return {};
  const std::filesystem::path path = std::filesystem::absolute(place).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

// "sampler ddim (program)"
std::string with_origin(const Settings& settings, std::string_view field, std::string_view label) {
  const std::optional<FieldValue> value = get_field(settings.values, find_field(field));
  return fmt::format("{} {} ({})", label, field_text(*value), origin_name(settings.origin(field)));
}

}  // namespace

std::string plan_line(const Settings& settings, const GeneratePlan& plan) {
  const Request& values = settings.values;
  const RunPlan& run = plan.run;
  const bool is_img2img = settings.has_picture;
  std::string line;
  if (values.denoising_start) {
    line = fmt::format("from {} of {} steps: ", *values.denoising_start, run.table().steps());
  } else if (is_img2img) {
    line = fmt::format("strength {} x {} steps: ", *values.strength, run.steps_asked);
  } else {
    line = fmt::format("{} steps: ", run.steps_asked);
  }
  if (plan.first_pass) {
    line += fmt::format("running {} steps at the model's size, then ", plan.first_pass->steps_to_run());
  }
  line += fmt::format("running {} of {}, from t={:.6g}, sigma={:.4f}; ", run.steps_to_run(), run.table().steps(),
                      run.first_timestep(), run.first_sigma());
  const std::optional<int64_t> calls = network_calls(run.sampling, run.begin, run.end);
  if (!calls) line += "as many network calls as its error control wants; ";
  if (calls && *calls != run.steps_to_run()) line += fmt::format("{} network calls; ", *calls);
  if (is_img2img && !values.denoising_start)
    line += fmt::format("strength ({}), ", origin_name(settings.origin("strength")));
  line += fmt::format("steps ({}), ", origin_name(settings.origin("steps")));
  line += with_origin(settings, "sampler", "sampler") + ", ";
  if (run.sampling.config.sigma_rule != SigmaRule::model) {
    line += fmt::format("schedule {}, ", sigma_schedule(run.sampling.config.sigma_rule).name);
  }
  if (run.semantics != &all_semantics().front()) line += fmt::format("semantics {}, ", run.semantics->name);
  return line + with_origin(settings, "cfg_scale", "guidance");
}

std::string encoder_line(const Settings& settings, const ModelSpec& model) {
  if (!settings.has_picture || !model.tiny_vae || model.tiny_vae_encodes) return {};
  return "picture encoded by the model's own autoencoder (" + settings.values.vae.value_or("vae") +
         " has no encoder, and none is beside it)";
}

std::string few_steps_hint(const Settings& settings, const GeneratePlan& plan) {
  constexpr int64_t kFew = 8;
  constexpr double kGood = 20;
  const Request& values = settings.values;
  if (!settings.has_picture || values.denoising_start || *values.exact_steps || values.sigmas) return {};
  if (plan.run.steps_to_run() >= kFew) return {};
  const double steps = std::ceil(kGood / *values.strength - 1e-9);
  if (steps > static_cast<double>(plan.run.sampling.config.num_train_timesteps)) return {};
  return fmt::format(
      "hint: {} steps are few; steps {} would run 20 at this strength, exact_steps all that are asked for",
      plan.run.steps_to_run(), static_cast<int64_t>(steps));
}

std::string metadata_json(const Settings& settings, const ModelSpec& model, const GenerateRequest& request,
                          const GeneratePlan& plan, int threads) {
  nlohmann::json fields, origins;
  for (const Field& field : request_fields()) {
    const std::optional<FieldValue> value = get_field(settings.values, field);
    const bool applies = !field.is_img2img_only || settings.has_picture;
    if (!value || !applies || field.name == "model") continue;
    fields[std::string(field.name)] = field_json(*value);
    if (const auto it = settings.origins.find(field.name); it != settings.origins.end() && !field.is_positional) {
      origins[std::string(field.name)] = origin_name(it->second);
    }
  }
  for (const char* field : {"init", "init_color", "vae", "preview_vae", "model_config"}) {
    if (fields.contains(field)) fields[field] = name_of_place(fields[field].get<std::string>());
  }
  fields["seed"] = request.noise.front().seed;
  fields["width"] = request.width;
  fields["height"] = request.height;
  const nlohmann::json metadata = {
      {"program", "redraw"},
      {"version", version()},
      {"model", model.name},
      {"family", name_of(model.family)},
      {"request", fields},
      {"origins", origins},
      {"threads", threads},
      {"plan",
       {{"line", plan_line(settings, plan)},
        {"steps", plan.run.table().steps()},
        {"steps_run", plan.run.steps_to_run()},
        {"first_timestep", plan.run.first_timestep()},
        {"first_sigma", plan.run.first_sigma()},
        {"sampler", plan.run.sampling.sampler->name},
        {"schedule", sigma_schedule(plan.run.sampling.config.sigma_rule).name},
        {"semantics", plan.run.semantics->name},
        {"prediction_type", name_of(plan.run.sampling.config.prediction_type)}}},
  };
  return json_text(metadata);
}

}  // namespace redraw
