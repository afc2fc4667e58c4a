// DPM-Solver's single steps of order 1, 2 and 3 (Lu et al. 2022a, Algorithms 1 and 2 and appendix B) in sigma form, as
// k-diffusion 0.1.1 has them (class DPMSolver). They go by lambda = -log sigma and by the noise in the latent.
#pragma once

#include <span>
#include <vector>

#include "diffusion/solver/k_diffusion.h"

namespace redraw {

class KDpmSolver {
 public:
  KDpmSolver(StepNetwork& network, size_t latent_size);

  /// Calls the network for the noise at the start of the steps that follow.
  void begin(std::span<const float> latent, float lambda);

  // Steps from where begin was called, with its latent, to lambda_next > lambda. out may be latent.
  void first_order(std::span<const float> latent, float lambda_next, std::span<float> out) const;
  /// One more network call, at the middle.
  void second_order(std::span<const float> latent, float lambda_next, std::span<float> out);
  /// Two more, at the thirds. second_order_out, if not empty and apart from latent, gets what the first of them alone
  /// comes to.
  void third_order(std::span<const float> latent, float lambda_next, std::span<float> out,
                   std::span<float> second_order_out = {});

 private:
  void noise_at(std::span<const float> latent, float lambda, std::vector<float>& noise);
  /// out = latent - noise_scale * the noise at the start - change_scale * (later - the noise at the start)
  void step(std::span<const float> latent, float noise_scale, float change_scale, std::span<const float> later,
            std::span<float> out) const;

  StepNetwork& network_;
  float lambda_ = 0.0f;
  std::vector<float> noise_;  // at the start
  std::vector<float> later_noise_;
  std::vector<float> between_;  // a latent on the way
};

/// k_diffusion_steps for samplers that work in lambda from the first level of a run to its last, and so cannot end at
/// 0. A last level of 0 becomes the model's smallest, where k-diffusion lets them end, or the level before if that is
/// smaller.
StepTable lambda_range_steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n);

}  // namespace redraw
