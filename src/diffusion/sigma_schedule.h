// Rules that lay the noise levels of n steps between the model's largest and smallest.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "diffusion/scheduler_config.h"

namespace redraw {

/// What a rule may go by.
struct SigmaRange {
  double sigma_max = 0;                 ///< level of the first step
  double sigma_min = 0;                 ///< level of the last step, where the rule visits it
  std::span<const float> log_sigmas;    ///< of each training timestep, rising
  double start_timestep = 0;            ///< the timestep of sigma_max, may lie between the training ones
  std::span<const double> sigmas = {};  ///< of explicit_sigmas
};

/// One row of the table of schedules.
struct SigmaScheduleInfo {
  std::string_view name;
  SigmaRule rule;
  std::span<const std::string_view> aliases;
  std::string_view help;
  /// n falling levels, the first being range.sigma_max except for align_your_steps and explicit sigmas; null for
  /// the model's own, which StepTable makes from timesteps.
  std::vector<double> (*levels)(const SigmaRange& range, int64_t n);
};

/// In the order in which they are shown to people; the first is the model's own.
std::span<const SigmaScheduleInfo> sigma_schedules();
/// By name or alias ("ays", "normal"), hyphens standing for underscores. Throws Error(unknown_name) with the nearest
/// known name.
const SigmaScheduleInfo& find_sigma_schedule(std::string_view name);
const SigmaScheduleInfo& sigma_schedule(SigmaRule rule);

/// Explicit levels are 2 to 1001 finite numbers, falling, above 0 except that the last may be 0. Throws Error:
/// not_a_number, out_of_range, each naming the entry.
void check_sigmas(const std::vector<double>& sigmas);

/// The timestep, between the training ones, that has this noise level; interpolated in log sigma and held at both ends.
/// log_sigmas: of each training timestep, rising. Source: EulerDiscreteScheduler._sigma_to_t, 0.42.1.
double timestep_of_sigma(double sigma, std::span<const float> log_sigmas);

/// The other way: log sigma goes in straight lines between the training timesteps (k-diffusion 0.1.1,
/// DiscreteSchedule.t_to_sigma). timestep: in [0, training timesteps - 1], held at both ends.
double sigma_of_timestep(double timestep, std::span<const float> log_sigmas);

}  // namespace redraw
