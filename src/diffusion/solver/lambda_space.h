// What the solvers in lambda = log(alpha / sigma), half the logarithm of the signal-to-noise ratio, have in common.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "diffusion/step_table.h"

namespace redraw {

/// A noise level as these solvers' papers write it: latent = signal * picture + noise * noise. float32 throughout: the
/// reference's differences of lambda carry its rounding, and so must ours.
struct LambdaLevel {
  float signal;  ///< alpha_t of the papers, 1 / sqrt(sigma^2 + 1)
  float noise;   ///< sigma_t of the papers
  float lambda;  ///< infinite where the noise is 0
};
LambdaLevel lambda_level(double sigma);
/// Of each of table.sigmas.
std::vector<LambdaLevel> lambda_levels(const StepTable& table);

/// The last few outputs of a network, newest first.
class History {
 public:
  History(int64_t most, size_t latent_size) : most_(most), latent_size_(latent_size) {}

  /// Forgets the oldest when there are `most` already. values: latent_size of them.
  void push(std::span<const float> values);
  /// age: 0 for the newest, below size().
  std::span<const float> operator[](int64_t age) const { return entries_[static_cast<size_t>(age)]; }
  int64_t size() const { return std::ssize(entries_); }

 private:
  int64_t most_;
  size_t latent_size_;
  std::vector<std::vector<float>> entries_;
};

}  // namespace redraw
