// The strip of a run's steps, as InvokeAI's Image-to-Image page shows it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image/image.h"

namespace redraw {

/// What one executed step left.
struct StripStep {
  Image image;
  double timestep = 0;
  double sigma = 0;
};

/// One row of cells for each ten or so steps: `steps` slots, the executed ones at the end (right-aligned), those that
/// strength dropped as empty frames in front; t and sigma under each executed one. A sampler that takes more steps than
/// `steps` gets as many slots.
Image step_strip(const std::vector<StripStep>& executed, int64_t steps, const std::string& title);

}  // namespace redraw
