// The network as samplers' steps use it, and what every step ends with.
#pragma once

#include <span>
#include <vector>

#include "diffusion/sampler.h"

namespace redraw {

/// Buffers and calls that the steps of one run share. Two forms of the latent are in use:
/// - sigma form, latent = picture + sigma * noise (Karras et al. 2022; k-diffusion). The network sees it divided by
///   sqrt(sigma^2 + 1).
/// - alpha form, latent = sqrt(alpha) * picture + sqrt(1 - alpha) * noise (Ho et al. 2020). The network sees it as it
/// is.
class StepNetwork {
 public:
  StepNetwork(const SamplingPlan& plan, const SamplerRun& run, size_t latent_size);

  /// Sigma form: calls the network and returns its estimate of the clean latent, kept until the next call.
  /// latent: not scaled, at noise level sigma > 0.
  std::span<const float> original_at_sigma(std::span<const float> latent, double timestep, float sigma);
  /// The same at entry `entry` of the table.
  std::span<const float> original_at_entry(std::span<const float> latent, int64_t entry);
  /// The unconditional half's estimate of the last original_at_sigma, for samplers with needs_unconditional.
  std::span<const float> unconditional_original() const { return unconditional_original_; }

  /// Calls the network with the latent as it is and returns its output, kept until the next call.
  std::span<const float> output_at(std::span<const float> latent, double timestep);

  /// Alpha form: the estimates of the clean latent and of the noise that an output stands for.
  struct Estimate {
    std::span<const float> original;
    std::span<const float> noise;
  };
  /// Calls the network with the latent as it is. alpha: alpha_cumprod of the latent's level, in (0, 1); 0 only where
  /// the prediction type is not epsilon.
  Estimate estimate_at_alpha(std::span<const float> latent, double timestep, float alpha);
  /// The same with the two roots given, for levels where 1 - alpha has lost its last digits. Both above 0.
  Estimate estimate_at_scales(std::span<const float> latent, double timestep, float signal_scale, float noise_scale);

  /// The timestep of a noise level between the training ones.
  double timestep_of(double sigma) const { return timestep_of_sigma(sigma, log_sigmas_); }

  /// Ends the step that entry began: applies run.after_step, tells run.on_step; false: stop. The estimate of the clean
  /// latent that observers get is the last one made, unless `original` is given.
  bool finish(int64_t entry, std::span<float> latent, std::span<const float> original = {});
  /// The same for a step that is none of the table's: step says which, without its spans.
  bool finish(StepInfo step, std::span<float> latent, std::span<const float> original = {});

 private:
  const SamplingPlan& plan_;
  const SamplerRun& run_;
  std::vector<float> log_sigmas_;
  std::vector<float> scaled_, output_, original_, noise_;
  std::vector<float> unconditional_, unconditional_original_;
};

/// What the network was trained to see: latent / sqrt(sigma^2 + 1). scaled: as long as latent.
void scale_model_input(std::span<const float> latent, float sigma, std::span<float> scaled);

/// Sigma form: the estimate of the clean latent that the network's output stands for. latent: not scaled, at noise
/// level sigma > 0. All spans as long as each other, original not overlapping the others.
void predict_original(PredictionType type, std::span<const float> latent, std::span<const float> output, float sigma,
                      std::span<float> original);

/// One step of Euler's method in sigma form, from noise level sigma > 0 to sigma_next, given the estimate of the clean
/// latent.
void euler_step(std::span<const float> original, float sigma, float sigma_next, std::span<float> latent);

/// latent += scale * noise
void add_scaled(std::span<const float> noise, float scale, std::span<float> latent);

/// One draw of run.noise, or Error(internal) when a sampler that draws is run without a source.
void draw_noise(const SamplerRun& run, std::span<float> out);
/// Noise of the step from sigma to sigma_next: run.interval_noise, or a draw.
void draw_interval_noise(const SamplerRun& run, double sigma, double sigma_next, std::span<float> out);

/// What the samplers in sigma form that follow diffusers take over from a model's config: linspace spacing unless it
/// says another, no zero terminal SNR, no log-linear interpolation, a final level of 0.
SchedulerConfig adopt_for_sigmas(SchedulerConfig config);
/// sigma_step_table over the range of the spacing.
StepTable sigma_steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n);

/// How an ancestral step splits: down to sigma_down without noise, then up again by noise of sigma_up (k-diffusion
/// 0.1.1 get_ancestral_step). eta 1 is the full share of new noise, 0 none. sigma_down is 0 only where sigma_next is.
struct AncestralStep {
  float sigma_down;
  float sigma_up;
};
AncestralStep ancestral_step(double sigma, double sigma_next, double eta = 1.0);

}  // namespace redraw
