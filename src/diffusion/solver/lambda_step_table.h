// The timesteps and noise levels of the solvers in lambda, as their classes' set_timesteps lays them.
#pragma once

#include <cstdint>
#include <string_view>

#include "diffusion/step_table.h"

namespace redraw {

/// What all classes of diffusers 0.42.1's solvers in lambda take over from a model's config in the same way; what each
/// does not know at all it has to reset itself.
SchedulerConfig adopt_for_lambdas(SchedulerConfig config);

/// Where the classes' set_timesteps differ beyond their configs.
struct LambdaClass {
  std::string_view sampler;  ///< its name, for messages
  /// FinalSigma::sigma_min repeats the last level that a rule gave, which is not the smallest where there is one step.
  bool repeats_last_level = false;
  bool truncates_karras_of_cosine = false;  ///< timesteps of Karras levels are cut, not rounded, for squaredcos_cap_v2
  bool noises_by_timestep = false;  ///< add_noise goes by the alpha of the whole timestep, not by the noise level
};

/// The steps of a solver in lambda. Whole timesteps: of the spacing, which leaves out its last of n + 1, or of the
/// karras, exponential and beta rules. Other rules and config.start_timestep, which the classes do not know, give the
/// levels of sigma_step_table. Throws Error(out_of_range) when timesteps lead beyond the model's, or when the levels do
/// not fall from step to step.
StepTable lambda_step_table(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n,
                            const LambdaClass& its_class);

}  // namespace redraw
