// `redraw sweep`.
#pragma once

#include "cli/generate_command.h"
#include "jobs/sweep.h"

namespace redraw::cli {

/// Makes every picture of the sweep that is not there yet, each as img2img would alone, and one sheet of them all. All
/// of them are planned before the first is made, so that one which cannot run is refused at once, by name. outdir
/// empty: a folder of outputs/ that is the sweep's own. Returns the exit status 0, or 130 when stopped: what was made
/// is kept. Throws Error.
int sweep_command(const Sweep& asked, const GenerateOptions& options);

}  // namespace redraw::cli
