#include "redraw/planner.h"

#include <algorithm>

#include "base/error.h"
#include "engine/model_choice.h"
#include "engine/schedule_plan.h"
#include "pipelines/extra_channels.h"

namespace redraw {

SchedulePlan Planner::plan(const Request& request, bool from_picture) const {
  if (request.size.hires_fix.value_or(false)) {
    throw Error(Code::usage, "a plan is of one pass; leave out hires_fix, and plan its second pass by hires_strength");
  }
  // The configurations are enough: a plan needs none of the model's numbers.
  const ChosenModel choice = model_choice(request, models_root_, data_folder_);
  const ModelSpec model = Checkpoint::read_spec(choice.path, choice.options);
  check_fits_model(request, model);
  Request whole = request;
  const bool varies = request.noise.variation_amount.value_or(0) != 0;
  if (varies && !request.noise.variation_seed) whole.noise.variation_seed = 0;  // no seed bears on the steps
  const ResolvedRequest resolved =
      resolve(whole, model_defaults(read_model_defaults(choice.path), choice, model), from_picture);
  RunChoice steps = resolved.run;
  steps.full_strength_is_noise = model.edits_picture();
  const GeneratePlan generation{.run = plan_run(model.scheduler, steps), .first_pass = {}};
  check_model_input(model, from_picture, *generation.run.sampling.sampler);
  check_guidance(resolved.guidance, generation.run.steps_to_run());
  return schedule_plan(resolved, generation);
}

std::vector<RulePlan> Planner::plan_by_every_rule(const Request& request, bool from_picture) const {
  std::vector<RulePlan> plans;
  std::optional<Error> refusal;
  for (const Semantics& semantics : all_semantics()) {
    RulePlan& row =
        plans.emplace_back(RulePlan{.semantics = std::string(semantics.name), .rule = std::string(semantics.help)});
    Request asked = request;
    asked.steps.semantics = row.semantics;
    try {
      row.plan = plan(asked, from_picture);
    } catch (const Error& e) {
      if (e.code() != Code::out_of_range && e.code() != Code::usage) throw;
      row.refusal = e.what();
      if (!refusal) refusal = e;
    }
  }
  const bool is_refused_by_all = std::ranges::none_of(plans, [](const RulePlan& row) { return row.plan.has_value(); });
  if (is_refused_by_all) throw *refusal;
  return plans;
}

}  // namespace redraw
