#include "c_api/plan.h"

#include "c_api/request_text.h"
#include "engine/schedule_plan_text.h"
#include "redraw/planner.h"

namespace redraw::c_api {

std::string plan_json(std::string_view text, const CreateOptions& options) {
  const Request request = plan_request_of_text(text, options.allow_files);
  const RequestSteps& steps = request.steps;
  const bool from_picture = request.inputs.init || steps.strength || steps.exact_steps || steps.denoising_start;
  return schedule_json(Planner(options.engine.models_root, options.engine.data_folder).plan(request, from_picture));
}

}  // namespace redraw::c_api
