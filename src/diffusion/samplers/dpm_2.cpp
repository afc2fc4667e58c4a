// The midpoint method along log sigma (Karras et al. 2022, Algorithm 2 without churn), and the same with ancestral
// noise (diffusers 0.42.1 KDPM2DiscreteScheduler and KDPM2AncestralDiscreteScheduler).
#include <array>
#include <cmath>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/shared_runs.h"

namespace redraw::dpm_2 {
namespace {

// These classes round the timesteps of the Karras levels, and of these alone.
StepTable steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  StepTable table = sigma_step_table(config, schedule, n);
  if (config.sigma_rule == SigmaRule::karras && !config.start_timestep) {
    for (double& timestep : table.timesteps) timestep = std::nearbyint(timestep);
  }
  return table;
}

constexpr auto kAliases = std::to_array<std::string_view>({"kdpm_2"});
constexpr auto kAncestralAliases = std::to_array<std::string_view>({"kdpm_2_a"});

}  // namespace

const SamplerInfo kDpm2 = {.name = "dpm_2",
                           .aliases = kAliases,
                           .scheduler_class = "KDPM2DiscreteScheduler",
                           .source = "diffusers 0.42.1",
                           .calls_per_step = 2,
                           .adopt = adopt_for_sigmas,
                           .steps = steps,
                           .run = run_dpm_2};

const SamplerInfo kDpm2A = {.name = "dpm_2_a",
                            .aliases = kAncestralAliases,
                            .scheduler_class = "KDPM2AncestralDiscreteScheduler",
                            .source = "diffusers 0.42.1",
                            .calls_per_step = 2,
                            .draws_noise = true,
                            .adopt = adopt_for_sigmas,
                            .steps = steps,
                            .run = run_dpm_2_ancestral};

}  // namespace redraw::dpm_2
