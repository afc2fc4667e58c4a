// torch's CPU generator: mt19937 and the two ways in which torch makes normal numbers from it.
#pragma once

#include <optional>
#include <random>

#include "diffusion/noise_source.h"
#include "diffusion/torch_box_muller.h"

namespace redraw {

/// `torch.Generator().manual_seed(seed)` and its `torch.randn` / `torch.rand` in float32 (PyTorch 2.13,
/// aten/src/ATen/native/cpu/DistributionTemplates.h). Uniform and normal numbers are equal to torch's on x86-64, with
/// one exception: draws of n < 16 normal ones, where the C library's double precision logarithm and cosine decide the
/// rounding to float32 (all goldens are equal there too). Only the low 32 bits of the seed count, as in torch.
class TorchCpuGenerator : public NoiseSource {
 public:
  explicit TorchCpuGenerator(uint64_t seed);

  /// n >= 16: float32 Box-Muller in blocks of 16. Where n is no multiple of 16, the last 16 are drawn anew, over what
  /// the blocks have left there. n < 16: double precision Box-Muller, one number at a time. Its second value waits for
  /// the next such draw, be it many calls later.
  void normal(std::span<float> out) override;

  /// `torch.randn(n, dtype=torch.float16)`: float16 numbers, held as float32. Computed as float32 and rounded. n >= 16:
  /// blocks of 16, each from the next 16 uniform numbers, and where n is no multiple of 16 a further block over the
  /// last
  /// 16. So it equals normal() rounded where n is a multiple of 16 or below 16, and has other last numbers elsewhere.
  /// That is PyTorch 2.13. Older releases, which InvokeAI was built on, worked in float16 throughout, on uniform
  /// numbers of 11 bits (its issue 166853): their noise is another, and is not imitated.
  void normal_half(std::span<float> out);

  /// Uniform in [0, 1), multiples of 2^-24.
  void uniform(std::span<float> out);

 private:
  float next_uniform_float();
  double next_uniform_double();
  double next_normal_double();
  void normal_short(std::span<float> out);
  void normal_block(std::span<float, kBoxMullerBlock> out);

  std::mt19937 engine_;
  std::optional<double> second_normal_;
};

/// normal_half() as a noise source: what InvokeAI 3 and later draw "on the CPU" for a device that computes in float16.
class TorchCpuHalfGenerator : public NoiseSource {
 public:
  explicit TorchCpuHalfGenerator(uint64_t seed) : generator_(seed) {}

  void normal(std::span<float> out) override { generator_.normal_half(out); }
  void uniform(std::span<float> out) { generator_.uniform(out); }

 private:
  TorchCpuGenerator generator_;
};

}  // namespace redraw
