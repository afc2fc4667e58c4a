// The plan of a run as data.
#pragma once

#include "pipelines/generate.h"
#include "redraw/schedule_plan.h"
#include "request/resolved_request.h"

namespace redraw {

/// plan: of this request.
SchedulePlan schedule_plan(const ResolvedRequest& request, const GeneratePlan& plan);

}  // namespace redraw
