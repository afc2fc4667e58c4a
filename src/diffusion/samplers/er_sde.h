// ER-SDE-Solver (Cui et al. 2023, "Elucidating the solution space of extended reverse-time SDE for diffusion models"),
// variance-exploding form.
#pragma once

#include <cmath>
#include <cstdint>

#include "diffusion/solver/k_diffusion.h"

namespace redraw {

/// phi(sigma), which decides how much of the noise is new: phi(sigma) = sigma is the ordinary equation, without any.
/// The authors' best: x (exp(x^0.3) + 10).
inline double er_sde_noise_scale(double sigma) {
  return sigma * (std::exp(std::pow(sigma, 0.3)) + 10.0);
}

/// The sampler's row has the defaults; the tests take others.
struct ErSdeOptions {
  int64_t max_stage = 3;             ///< 1 to 3: how many differences of the estimates a step uses, and one
  int64_t integration_points = 200;  ///< of the sums that stand for integrals over a step
  double (*noise_scale)(double sigma) = er_sde_noise_scale;
};

bool run_er_sde(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent, const ErSdeOptions& options);

}  // namespace redraw
