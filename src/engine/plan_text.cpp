#include "engine/plan_text.h"

#include <cmath>
#include <fmt/format.h>

#include "request/field_value.h"

namespace redraw {
namespace {

// "sampler ddim (program)"
std::string with_origin(const ResolvedRequest& request, std::string_view field, std::string_view label) {
  return fmt::format("{} {} ({})", label, field_text(request.value(field)), origin_name(request.origin(field)));
}

}  // namespace

std::string plan_line(const ResolvedRequest& request, const GeneratePlan& plan) {
  const RequestSteps& steps = request.fields.steps;
  const RunPlan& run = plan.run;
  const bool is_img2img = request.has_picture;
  std::string line;
  if (steps.denoising_start) {
    line = fmt::format("from {} of {} steps: ", *steps.denoising_start, run.table().steps());
  } else if (is_img2img) {
    line = fmt::format("strength {} x {} steps: ", *steps.strength, run.steps_asked);
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
  if (is_img2img && !steps.denoising_start)
    line += fmt::format("strength ({}), ", origin_name(request.origin("strength")));
  line += fmt::format("steps ({}), ", origin_name(request.origin("steps")));
  line += with_origin(request, "sampler", "sampler") + ", ";
  if (run.sampling.config.sigma_rule != SigmaRule::model) {
    line += fmt::format("schedule {}, ", sigma_schedule(run.sampling.config.sigma_rule).name);
  }
  if (run.semantics != &all_semantics().front()) line += fmt::format("semantics {}, ", run.semantics->name);
  return line + with_origin(request, "cfg_scale", "guidance");
}

std::string encoder_line(const ResolvedRequest& request, const ModelSpec& model) {
  if (!request.has_picture || !model.tiny_vae || model.tiny_vae_encodes) return {};
  return "picture encoded by the model's own autoencoder (" + request.fields.model.vae.value_or("vae") +
         " has no encoder, and none is beside it)";
}

std::string few_steps_hint(const ResolvedRequest& request, const GeneratePlan& plan) {
  constexpr int64_t kFew = 8;
  constexpr double kGood = 20;
  const RequestSteps& asked = request.fields.steps;
  if (!request.has_picture || asked.denoising_start || *asked.exact_steps || asked.sigmas) return {};
  if (plan.run.steps_to_run() >= kFew) return {};
  const double steps = std::ceil(kGood / *asked.strength - 1e-9);
  if (steps > static_cast<double>(plan.run.sampling.config.num_train_timesteps)) return {};
  const int64_t run = plan.run.steps_to_run();
  return fmt::format("{} {} few; with steps {} this strength runs 20, with exact_steps all {}", run,
                     run == 1 ? "step is" : "steps are", static_cast<int64_t>(steps), plan.run.steps_asked);
}

}  // namespace redraw
