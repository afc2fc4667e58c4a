#include "engine/schedule_plan.h"

#include <cmath>
#include <fmt/format.h>
#include <string>

#include "engine/plan_text.h"
#include "pipelines/extra_channels.h"
#include "request/run_choice.h"

namespace redraw {
namespace {

// Good also where sigma is infinite: no picture, all noise.
PlanEntry entry_of(const RunPlan& run, int64_t index) {
  const auto at = static_cast<size_t>(index);
  const double sigma = run.table().sigmas[at];
  const double alpha = 1.0 / (1.0 + sigma * sigma);
  return {.timestep = run.table().timesteps[at],
          .sigma = sigma,
          .alpha_cumprod = alpha,
          .noise_share = std::sqrt(1.0 - alpha),
          .is_run = index >= run.begin && index < run.end,
          .network_calls = network_calls(run.sampling, index, index + 1)};
}

// Two fields have rules of their own.
std::string rule_of(const Settings& settings, const RunPlan& run) {
  if (settings.values.denoising_start) {
    return fmt::format("denoising_start: the steps whose timestep is below round({} * (1 - denoising_start))",
                       run.sampling.config.num_train_timesteps);
  }
  if (settings.values.exact_steps.value_or(false)) {
    return "exact_steps: as many steps as asked, from the exact level of the strength";
  }
  return fmt::format("{}: {}", run.semantics->name, run.semantics->help);
}

}  // namespace

SchedulePlan schedule_plan(const Settings& settings, const ModelSpec& model) {
  RunChoice choice = run_choice(settings);
  choice.full_strength_is_noise = model.edits_picture();
  const GeneratePlan generation{.run = plan_run(model.scheduler, choice), .first_pass = {}};
  const RunPlan& run = generation.run;
  check_model_input(model, settings.has_picture, *run.sampling.sampler);
  check_guidance(guidance_choice(settings), run.steps_to_run());
  SchedulePlan plan{.line = plan_line(settings, generation),
                    .hint = few_steps_hint(settings, generation),
                    .from_picture = settings.has_picture,
                    .sampler = std::string(run.sampling.sampler->name),
                    .schedule = std::string(sigma_schedule(run.sampling.config.sigma_rule).name),
                    .spacing = run.sampling.config.timestep_spacing
                                   ? std::string(name_of(*run.sampling.config.timestep_spacing))
                                   : std::string(),
                    .prediction_type = std::string(name_of(run.sampling.config.prediction_type)),
                    .semantics = std::string(run.semantics->name),
                    .rule = rule_of(settings, run),
                    .steps_asked = run.steps_asked,
                    .final_sigma = run.table().sigmas.back(),
                    .begin = run.begin,
                    .end = run.end,
                    .noised = run.noised,
                    .network_calls = network_calls(run.sampling, run.begin, run.end)};
  for (int64_t i = 0; i < run.table().steps(); ++i) plan.entries.push_back(entry_of(run, i));
  return plan;
}

}  // namespace redraw
