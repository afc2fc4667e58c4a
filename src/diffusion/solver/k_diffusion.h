// What the samplers that follow k-diffusion 0.1.1 (Crowson 2022) have in common: where they lay their levels, and steps
// in lambda = -log sigma, the half log signal-to-noise ratio of DPM-Solver (Lu et al. 2022). k-diffusion calls it t.
#pragma once

#include "diffusion/solver/network.h"
#include "diffusion/solver/shared_runs.h"

namespace redraw {

/// k-diffusion knows of a model its levels and its prediction type. Spacings, offsets, clipping and final levels are
/// diffusers' and are reset.
SchedulerConfig adopt_for_k_diffusion(SchedulerConfig config);

/// n levels, then 0. The model's own (DiscreteSchedule.get_sigmas): timesteps evenly from the last, or from
/// config.start_timestep, down to 0, not rounded, and their levels interpolated in log sigma; one step is at the first
/// of these. Other rules spread over the model's whole range. config as from adopt_for_k_diffusion.
StepTable k_diffusion_steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n);

// In float32 and by the same functions as the reference: a level that goes to lambda and back is off by a bit or two,
// and the reference's steps, network calls and requests of noise go by what comes back.
float lambda_of(float sigma);  ///< infinite for 0
float sigma_of(float lambda);  ///< the other way

/// The solution from `lambda` to lambda_next > lambda where the estimate of the clean latent stays what it is: Euler's
/// step in another variable (DPM-Solver++, Lu et al. 2022b, eq. 9 in sigma form). lambda_next may be infinite. out may
/// be latent.
void exponential_step(std::span<const float> latent, std::span<const float> original, float lambda, float lambda_next,
                      std::span<float> out);

}  // namespace redraw
