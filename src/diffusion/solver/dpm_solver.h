// The update that all of DPM-Solver++ is made of: its multistep and singlestep forms differ in the points they go by.
#pragma once

#include <span>

#include "diffusion/scheduler_config.h"
#include "diffusion/solver/lambda_space.h"

namespace redraw {

/// latent' = latent_factor * latent + estimate * D0 + slope * D1 + curvature * D2 + new_noise * noise, where D0 is an
/// estimate of the clean latent and D1, D2 are its first and second differences over lambda, in units of the step.
struct DpmCoefficients {
  float latent = 0;
  float estimate = 0;
  float slope = 0;
  float curvature = 0;
  float new_noise = 0;
};

enum class DpmEquation {
  probability_flow,  ///< without new noise
  stochastic         ///< the SDE of the reverse process
};

/// Of an update of this order from one level to a lower one. type: midpoint or heun, which differ at order 2.
/// Source: DPMSolverMultistepScheduler, 0.42.1.
DpmCoefficients dpm_coefficients(DpmEquation equation, int64_t order, SolverType type, const LambdaLevel& from,
                                 const LambdaLevel& to);

/// What the classes that know midpoint and heun alone make of a config's solver_type.
SolverType midpoint_or_heun(const SchedulerConfig& config);

}  // namespace redraw
