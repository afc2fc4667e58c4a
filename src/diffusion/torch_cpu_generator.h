// torch's CPU generator: mt19937 and the two ways in which torch makes normal numbers from it.
#pragma once

#include <optional>
#include <random>

#include "diffusion/noise_source.h"

namespace redraw {

/// `torch.Generator().manual_seed(seed)` and its `torch.randn` / `torch.rand` in float32 (PyTorch 2.13,
/// aten/src/ATen/native/cpu/DistributionTemplates.h). The uniform numbers are equal to torch's; the normal ones agree
/// to 2e-6, since torch's vectorised logarithm and cosine differ from the C library's in the last bit.
/// Only the low 32 bits of the seed count, as in torch.
class TorchCpuGenerator : public NoiseSource {
 public:
  explicit TorchCpuGenerator(uint64_t seed);

  /// n >= 16: float32 Box-Muller in blocks of 16; where n is no multiple of 16 the last 16 are drawn anew, over what
  /// the blocks have left there. n < 16: double precision Box-Muller, one number at a time, whose second value waits
  /// for the next such draw, be it many calls later.
  void normal(std::span<float> out) override;

  /// Uniform in [0, 1), multiples of 2^-24.
  void uniform(std::span<float> out);

 private:
  float next_uniform_float();
  double next_uniform_double();
  double next_normal_double();

  std::mt19937 engine_;
  std::optional<double> second_normal_;
};

}  // namespace redraw
