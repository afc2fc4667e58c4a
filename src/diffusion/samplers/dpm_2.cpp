// The midpoint method along log sigma (Karras et al. 2022, Algorithm 2 without churn), and the same with ancestral
// noise (diffusers 0.42.1 KDPM2DiscreteScheduler and KDPM2AncestralDiscreteScheduler).
#include <array>
#include <cmath>
#include <vector>

#include "diffusion/samplers/network.h"

namespace redraw {
namespace {

// The level halfway in log sigma, in float32 as the reference's torch.lerp.
float middle_of(float from, float to) {
  const float low = std::log(from);
  return std::exp(low + 0.5f * (std::log(to) - low));
}

bool run_to(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent, bool is_ancestral) {
  StepNetwork network(plan, run, latent.size());
  std::vector<float> middle(latent.size());
  std::vector<float> noise(latent.size());
  for (int64_t i = run.begin; i < run.end; ++i) {
    const auto sigma = static_cast<float>(plan.table.sigmas[static_cast<size_t>(i)]);
    const auto next = static_cast<float>(plan.table.sigmas[static_cast<size_t>(i) + 1]);
    const AncestralStep split = is_ancestral ? ancestral_step(sigma, next) : AncestralStep{next, 0.0f};
    std::span<const float> original = network.original_at_entry(latent, i);
    if (split.sigma_down == 0.0f) {  // no level lies halfway to 0: Euler's step is the last
      for (size_t k = 0; k < latent.size(); ++k) latent[k] += (latent[k] - original[k]) / sigma * (0.0f - sigma);
    } else {
      const float halfway = middle_of(sigma, split.sigma_down);
      for (size_t k = 0; k < latent.size(); ++k) {
        middle[k] = latent[k] + (latent[k] - original[k]) / sigma * (halfway - sigma);
      }
      original = network.original_at_sigma(middle, network.timestep_of(halfway), halfway);
      for (size_t k = 0; k < latent.size(); ++k) {
        latent[k] += (middle[k] - original[k]) / halfway * (split.sigma_down - sigma);
      }
      if (is_ancestral) {
        draw_noise(run, noise);
        for (size_t k = 0; k < latent.size(); ++k) latent[k] += noise[k] * split.sigma_up;
      }
    }
    if (!network.finish(i, latent)) return false;
  }
  return true;
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  return run_to(plan, run, latent, false);
}

bool run_ancestral(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  return run_to(plan, run, latent, true);
}

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

extern const SamplerInfo kDpm2;
const SamplerInfo kDpm2 = {.name = "dpm_2",
                           .aliases = kAliases,
                           .scheduler_class = "KDPM2DiscreteScheduler",
                           .source = "diffusers 0.42.1",
                           .calls_per_step = 2,
                           .adopt = adopt_for_sigmas,
                           .steps = steps,
                           .run = run};

extern const SamplerInfo kDpm2A;
const SamplerInfo kDpm2A = {.name = "dpm_2_a",
                            .aliases = kAncestralAliases,
                            .scheduler_class = "KDPM2AncestralDiscreteScheduler",
                            .source = "diffusers 0.42.1",
                            .calls_per_step = 2,
                            .draws_noise = true,
                            .adopt = adopt_for_sigmas,
                            .steps = steps,
                            .run = run_ancestral};

}  // namespace redraw
