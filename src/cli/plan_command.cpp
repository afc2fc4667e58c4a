#include "cli/plan_command.h"

#include <fmt/format.h>
#include <vector>

#include "base/temporary_file.h"
#include "cli/print_text.h"
#include "engine/schedule_plan_plot.h"
#include "engine/schedule_plan_text.h"
#include "redraw/planner.h"

namespace redraw::cli {

int plan_command(const Request& request, const PlanOptions& options) {
  const Planner planner(options.models_root);
  if (options.by_every_rule) {
    if (!options.png.empty()) throw Error(Code::usage, "--png draws the plan of one rule; leave out --semantics all");
    const std::vector<RulePlan> plans = planner.plan_by_every_rule(request, true);
    fmt::print("{}{}", options.json ? rules_json(plans) : rules_text(plans), options.json ? "\n" : "");
    return 0;
  }
  const bool from_picture = request.steps.strength || request.steps.exact_steps || request.steps.denoising_start;
  const SchedulePlan plan = planner.plan(request, from_picture);
  if (!options.png.empty()) replace_file(options.png, schedule_png(plan));
  fmt::print("{}{}", options.json ? schedule_json(plan) : schedule_text(plan), options.json ? "\n" : "");
  if (!options.png.empty() && !options.json) print_text(stdout, "\nwrote {}\n", options.png);
  return 0;
}

}  // namespace redraw::cli
