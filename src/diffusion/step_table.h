// Which timesteps and noise levels the steps of a run visit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "diffusion/noise_schedule.h"

namespace redraw {

/// One entry a step, in the order in which they are taken. A second-order sampler still has one entry a step here and
/// calls its network at further timesteps by itself.
struct StepTable {
  std::vector<double> timesteps;  ///< as the network gets them: whole numbers, or float32 values between them
  /// Noise level sqrt((1 - alpha) / alpha) of the latent before each step, then of the finished one: one more entry
  /// than timesteps. float32 values. Infinite where the alpha is 0 (zero terminal SNR under DDIM).
  std::vector<double> sigmas;
  /// What a noised picture is made of at the start of each step: signal_scale * picture + noise_scale * noise.
  std::vector<float> signal_scales;
  std::vector<float> noise_scales;
  double init_noise_sigma = 1.0;  ///< a run from pure noise starts at noise * init_noise_sigma

  int64_t steps() const { return static_cast<int64_t>(timesteps.size()); }
};

/// n timesteps of [0, num_train), falling, as whole numbers or (linspace) evenly spread ones that are not rounded.
/// diffusers 0.42.1's set_timesteps, with one difference: its trailing spacing yields n + 1 entries, the last of them
/// -1, for some n (61, 103, 121, ... of 1000), through the rounding of numpy.arange; here there are always n.
std::vector<double> spaced_timesteps(TimestepSpacing spacing, int64_t num_train, int64_t n, int64_t steps_offset);

/// The steps of the samplers that work in sigma space (Euler, LMS): timesteps, noise levels by the config's rule, and
/// the final level. config.timestep_spacing must be set. Source: EulerDiscreteScheduler.set_timesteps, 0.42.1.
StepTable sigma_step_table(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n);

/// The timestep, between the training ones, that has this noise level; interpolated in log sigma and held at both ends.
/// log_sigmas: of each training timestep, rising. Source: EulerDiscreteScheduler._sigma_to_t, 0.42.1.
double timestep_of_sigma(double sigma, std::span<const float> log_sigmas);

}  // namespace redraw
