// The noise a model was trained with: beta and alpha at each training timestep.
#pragma once

#include <vector>

#include "diffusion/scheduler_config.h"

namespace redraw {

/// At index t, the training timestep in [0, num_train_timesteps); float32, as the reference keeps them.
struct NoiseSchedule {
  std::vector<float> betas;           ///< the share of noise that timestep t adds (Ho et al. 2020)
  std::vector<float> alphas_cumprod;  ///< the share of the picture left after timestep t: product of 1 - beta, falling

  /// sqrt((1 - alpha) / alpha) at each timestep, float32: the noise level of the sigma samplers, rising.
  std::vector<float> sigmas() const;
};

/// Follows diffusers 0.42.1 (DDIMScheduler.__init__) in its precision and order of operations. The rescaling to zero
/// terminal SNR (Lin et al. 2024, Algorithm 1) happens when the config asks for it; the last alpha is then exactly 0.
NoiseSchedule make_noise_schedule(const SchedulerConfig& config);

/// torch.linspace in float32, count >= 2: it runs from both ends to the middle, so that both are met exactly, and
/// multiplies and adds in one rounding. That last bit matters: the rescaling to zero terminal SNR enlarges it a
/// thousand times.
std::vector<float> torch_linspace(float start, float end, int64_t count);

}  // namespace redraw
