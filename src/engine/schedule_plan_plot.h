// A schedule as a picture.
#pragma once

#include <cstddef>
#include <vector>

#include "redraw/schedule_plan.h"

namespace redraw {

/// A PNG: two panels over the steps: sigma on a logarithmic axis, and the noise share. Steps that are not run are
/// faint, a line marks where the run begins. Levels that have no logarithm (0, infinity) are left out of the first.
/// Throws as line_plot.
std::vector<std::byte> schedule_png(const SchedulePlan& plan);

}  // namespace redraw
