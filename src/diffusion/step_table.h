// Which timesteps and noise levels the steps of a run visit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "diffusion/noise_schedule.h"
#include "diffusion/sigma_schedule.h"

namespace redraw {

/// One entry a step, in the order in which they are taken. A second-order sampler still has one entry a step here and
/// calls its network at further timesteps by itself.
struct StepTable {
  std::vector<double> timesteps;  ///< as the network gets them: whole numbers, or float32 values between them
  /// Noise level sqrt((1 - alpha) / alpha) of the latent before each step, then of the finished one: one more entry
  /// than timesteps. float32 values. Infinite where the alpha is 0 (zero terminal SNR under DDIM).
  std::vector<double> sigmas;
  /// The alpha_cumprod that each step begins and ends at, for the samplers that go by alphas; the end of one need not
  /// be the beginning of the next (diffusers' DDIM steps by a fixed stride). Empty for the others.
  std::vector<float> alphas_cumprod;
  std::vector<float> next_alphas_cumprod;
  /// What a noised picture is made of at the start of each step: signal_scale * picture + noise_scale * noise.
  std::vector<float> signal_scales;
  std::vector<float> noise_scales;
  /// Entries beyond the steps that were asked for: PNDM visits one timestep twice.
  int64_t repeated_entries = 0;
  double init_noise_sigma = 1.0;  ///< a run from pure noise starts at noise * init_noise_sigma

  int64_t steps() const { return static_cast<int64_t>(timesteps.size()); }
};

/// n timesteps of [0, num_train), falling, as whole numbers or (linspace) evenly spread ones that are not rounded. This
/// is diffusers 0.42.1's set_timesteps, with one difference. Its trailing spacing yields n + 1 entries, the last of
/// them -1, for some n (61, 103, 121, ... of 1000), because numpy.arange rounds. Here there are always n.
std::vector<double> spaced_timesteps(TimestepSpacing spacing, int64_t num_train, int64_t n, int64_t steps_offset);

/// n timesteps that fall from `start` exactly, as no spacing of whole numbers could. They fall to 0 (linspace), or to
/// one n-th of start and the last step goes to 0 (leading, trailing). start > 0, not rounded.
std::vector<double> timesteps_from(TimestepSpacing spacing, double start, int64_t n);

/// Logarithms of the model's noise levels, one a training timestep, rising, float32. Where the last alpha is 0 its
/// level counts as 4096, as in EulerDiscreteScheduler: the alpha is then the smallest float16.
std::vector<float> finite_log_sigmas(const NoiseSchedule& schedule);

/// Which range a rule that has a largest and a smallest level spreads over.
enum class RuleRange {
  timesteps,  ///< the levels at the first and the last timestep of the spacing (diffusers' Euler, Heun, LMS, KDPM2)
  model       ///< all of the model's
};

/// The steps of the samplers that keep their latent as picture + sigma * noise: timesteps, noise levels by the config's
/// rule, and the final level. config.timestep_spacing must be set. Timesteps that a rule gives are not rounded.
/// Throws Error(out_of_range) for explicit sigmas that are not as many as n steps take.
/// Source: EulerDiscreteScheduler.set_timesteps, 0.42.1.
StepTable sigma_step_table(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n,
                           RuleRange range = RuleRange::timesteps);

/// The steps of the samplers that keep their latent as sqrt(alpha) * picture + sqrt(1 - alpha) * noise, over the levels
/// of sigma_step_table (RuleRange::model). For rules and starts between the timesteps, which those samplers' classes do
/// not know.
StepTable alpha_step_table(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n);

/// The timesteps of the spacing in whole numbers (halves to even), their alphas and levels; next_alphas_cumprod and the
/// last of the sigmas are the caller's to add. Throws Error(out_of_range) when the steps_offset leads beyond the
/// model's timesteps, Error(model_unsupported) where an alpha is 0 and the model predicts epsilon. sampler: its name,
/// for those.
StepTable whole_timestep_table(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n,
                               std::string_view sampler);

/// Adds alphas to a table of whole timesteps and no more: level, scales and alpha of one entry a timestep.
void add_whole_timestep(StepTable& table, const SchedulerConfig& config, const NoiseSchedule& schedule,
                        int64_t timestep, std::string_view sampler);

/// Whether the config asks for the model's own levels at the spacing's own timesteps, which is all that the classes
/// that go by whole timesteps know.
bool uses_training_timesteps(const SchedulerConfig& config);

}  // namespace redraw
