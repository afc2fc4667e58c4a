// What the samplers share that keep their latent as picture + sigma * noise (Karras et al. 2022; k-diffusion's form).
#pragma once

#include <span>
#include <vector>

#include "diffusion/sampler.h"

namespace redraw {

/// What the network was trained to see: latent / sqrt(sigma^2 + 1). scaled: as long as latent.
void scale_model_input(std::span<const float> latent, float sigma, std::span<float> scaled);

/// The estimate of the clean latent that the network's output stands for. latent: not scaled, at noise level sigma > 0.
/// All spans as long as each other, original not overlapping the others.
void predict_original(PredictionType type, std::span<const float> latent, std::span<const float> output, float sigma,
                      std::span<float> original);

/// One evaluation of the probability flow ODE: calls the network at entry `entry` of the table, and leaves its estimate
/// of the clean latent and the derivative d latent / d sigma = (latent - original) / sigma there.
class SigmaDerivative {
 public:
  SigmaDerivative(const SamplingPlan& plan, const SamplerRun& run, size_t latent_size);

  /// derivative: as long as latent, not overlapping it.
  void evaluate(int64_t entry, std::span<const float> latent, std::span<float> derivative);
  /// Tells run.on_step about the step that entry began; false: stop.
  bool report(int64_t entry, std::span<const float> latent) const;

 private:
  const SamplingPlan& plan_;
  const SamplerRun& run_;
  std::vector<float> scaled_;
  std::vector<float> output_;
  std::vector<float> original_;
};

}  // namespace redraw
