#include "diffusion/solver/dpm_solver.h"

#include <algorithm>
#include <cmath>

namespace redraw {

DpmCoefficients dpm_coefficients(DpmEquation equation, int64_t order, SolverType type, const LambdaLevel& from,
                                 const LambdaLevel& to) {
  const bool is_stochastic = equation == DpmEquation::stochastic;
  const float h = to.lambda - from.lambda;
  // The SDE's estimate decays twice as fast over lambda as the ODE's.
  const float span = is_stochastic ? 2.0f * h : h;
  const float decay = std::exp(-span) - 1.0f;
  DpmCoefficients result;
  result.latent = to.noise / from.noise * (is_stochastic ? std::exp(-h) : 1.0f);
  result.estimate = -(to.signal * decay);
  if (is_stochastic) result.new_noise = to.noise * std::sqrt(std::max(-decay, 0.0f));
  if (order == 2 && type == SolverType::midpoint) result.slope = -(0.5f * (to.signal * decay));
  if (order == 3 || (order == 2 && type == SolverType::heun)) result.slope = to.signal * (decay / span + 1.0f);
  if (order == 3) {
    const float half = (decay + span) / (span * span);
    // The integral is half - 1/2 for either equation. The reference has -half - 1/2 for the SDE, and we agree with it.
    result.curvature = is_stochastic ? to.signal * (-half - 0.5f) : -(to.signal * (half - 0.5f));
  }
  return result;
}

SolverType midpoint_or_heun(const SchedulerConfig& config) {
  return config.solver_type == SolverType::heun ? SolverType::heun : SolverType::midpoint;
}

}  // namespace redraw
