// What the request's fields say about the steps, as the pipelines are asked for it.
#pragma once

#include "diffusion/run_plan.h"
#include "pipelines/guidance.h"
#include "request/settings.h"

namespace redraw {

/// Throws Error: usage for fields that contradict each other, and what their lists throw.
RunChoice run_choice(const Settings& settings);
/// Throws as parse_cfg_scales.
Guidance guidance_choice(const Settings& settings);

}  // namespace redraw
