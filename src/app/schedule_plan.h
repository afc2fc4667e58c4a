// The schedule of a run that is not run.
#pragma once

#include "app/settings.h"
#include "diffusion/scheduler_config.h"
#include "redraw/schedule_plan.h"

namespace redraw {

/// config: the model's. Throws Error as plan_run and check_guidance.
SchedulePlan schedule_plan(const Settings& settings, const SchedulerConfig& config);

}  // namespace redraw
