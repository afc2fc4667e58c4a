// `redraw bench`.
#pragma once

#include "redraw/engine.h"

namespace redraw::cli {

/// Runs the request once to warm up and once to measure, and prints time and GFLOP/s by kind of operator, as a share
/// of a peak measured in the same run, and the peak memory. Throws Error.
int bench_command(const Request& request, const EngineOptions& options);

}  // namespace redraw::cli
