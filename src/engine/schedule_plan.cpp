#include "engine/schedule_plan.h"

#include <cmath>
#include <fmt/format.h>
#include <string>

#include "engine/plan_text.h"
#include "request/field_value.h"

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
std::string rule_of(const ResolvedRequest& request, const RunPlan& run) {
  if (request.run.denoising_start) {
    return fmt::format("denoising_start: the steps whose timestep is below round({} * (1 - denoising_start))",
                       run.sampling.config.num_train_timesteps);
  }
  if (request.run.exact_steps) {
    return "exact_steps: as many steps as asked, from the exact level of the strength";
  }
  return fmt::format("{}: {}", run.semantics->name, run.semantics->help);
}

std::vector<UsedValue> used_values(const ResolvedRequest& request) {
  constexpr std::string_view kOrigins[] = {"request", "model", "program"};
  std::vector<UsedValue> values;
  for (const Field* field : request_fields()) {
    const std::optional<FieldValue> value = get_field(request.fields, *field);
    const auto origin = request.origins.find(field->name);
    if (!value || origin == request.origins.end() || (field->needs_picture && !request.has_picture)) continue;
    values.push_back({.field = std::string(field->name),
                      .value = field_text(*value),
                      .origin = std::string(kOrigins[static_cast<size_t>(origin->second)])});
  }
  return values;
}

}  // namespace

SchedulePlan schedule_plan(const ResolvedRequest& request, const GeneratePlan& generation) {
  const RunPlan& run = generation.run;
  SchedulePlan plan{.line = plan_line(request, generation),
                    .hint = few_steps_hint(request, generation),
                    .from_picture = request.has_picture,
                    .sampler = std::string(run.sampling.sampler->name),
                    .schedule = std::string(sigma_schedule(run.sampling.config.sigma_rule).name),
                    .spacing = run.sampling.config.timestep_spacing
                                   ? std::string(name_of(*run.sampling.config.timestep_spacing))
                                   : std::string(),
                    .prediction_type = std::string(name_of(run.sampling.config.prediction_type)),
                    .semantics = std::string(run.semantics->name),
                    .rule = rule_of(request, run),
                    .steps_asked = run.steps_asked,
                    .final_sigma = run.table().sigmas.back(),
                    .begin = run.begin,
                    .end = run.end,
                    .first_pass_steps = generation.first_pass ? generation.first_pass->steps_to_run() : 0,
                    .values = used_values(request),
                    .noised = run.noised,
                    .network_calls = network_calls(run.sampling, run.begin, run.end)};
  for (int64_t i = 0; i < run.table().steps(); ++i) plan.entries.push_back(entry_of(run, i));
  return plan;
}

}  // namespace redraw
