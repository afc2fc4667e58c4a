// The schedule of a run that is not run.
#pragma once

#include "checkpoint/model_spec.h"
#include "redraw/schedule_plan.h"
#include "request/settings.h"

namespace redraw {

/// Throws Error as plan_run, check_guidance and check_model_input.
SchedulePlan schedule_plan(const Settings& settings, const ModelSpec& model);

}  // namespace redraw
