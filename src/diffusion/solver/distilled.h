// What the samplers of distilled models share (LCM, TCD).
#pragma once

#include "diffusion/solver/network.h"

namespace redraw {

/// leading spacing and the like mean nothing to these classes: their steps are some of the distillation's own.
SchedulerConfig adopt_for_distilled(SchedulerConfig config);

/// n of the distillation's timesteps (config.original_inference_steps of them), evenly by index. More steps than those
/// are taken from a grid of n, which the reference refuses. Their ends are not filled in: next_alphas_cumprod and the
/// last level are the caller's. Source: LCMScheduler.set_timesteps, 0.42.1.
StepTable distilled_step_table(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n,
                               std::string_view sampler);

}  // namespace redraw
