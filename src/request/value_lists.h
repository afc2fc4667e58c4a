// Values of the request's text fields that are more than a name.
#pragma once

#include <string_view>
#include <vector>

#include "ops/wrap_axes.h"
#include "pipelines/latent_noise.h"

namespace redraw {

/// "x", "y", "x,y" or "y,x". Throws Error(unknown_name).
WrapAxes parse_seamless_axes(std::string_view text);

/// "7.5, 6, 5": at least one number, 0..100 each. Throws Error: not_a_number, out_of_range, naming the entry.
std::vector<double> parse_cfg_scales(std::string_view text);

/// "continued", "own", "brownian".
std::vector<std::string_view> step_noise_names();
/// Throws Error(unknown_name) with the nearest known name.
StepNoise find_step_noise(std::string_view name);

}  // namespace redraw
