// Steps that diffusers and k-diffusion take in the very same way, so that a row of each calls them; and the loop around
// steps that go from one entry of the table to the next.
#pragma once

#include "diffusion/solver/network.h"

namespace redraw {

bool run_euler(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent);

/// Clips the estimates of the clean latent where config.clip_sample, which must be set, says so.
bool run_heun(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent);

/// What the order of the multistep method, at most 4, grows with: diffusers counts entries of the whole table,
/// k-diffusion the steps taken.
enum class LmsOrder { place_in_table, steps_taken };
bool run_lms(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent, LmsOrder order_by);

/// The midpoint method with its midpoint in log sigma, without and with ancestral noise.
bool run_dpm_2(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent);
bool run_dpm_2_ancestral(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent);

/// Calls step(entry, sigma, sigma_next), which changes latent, for each entry of the run, and ends it with
/// network.finish. True: finished; false: stopped.
template <typename Step>
bool take_steps(const SamplingPlan& plan, const SamplerRun& run, StepNetwork& network, std::span<float> latent,
                Step step) {
  for (int64_t entry = run.begin; entry < run.end; ++entry) {
    const auto at = static_cast<size_t>(entry);
    step(entry, static_cast<float>(plan.table.sigmas[at]), static_cast<float>(plan.table.sigmas[at + 1]));
    if (!network.finish(entry, latent)) return false;
  }
  return true;
}

}  // namespace redraw
