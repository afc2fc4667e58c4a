// torch's CUDA generator, computed on the host.
#pragma once

#include <array>

#include "diffusion/noise_source.h"

namespace redraw {

/// The four 32-bit words of one counter (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", 10 rounds).
std::array<uint32_t, 4> philox4x32_10(std::array<uint32_t, 4> counter, uint64_t key);

/// `torch.Generator("cuda").manual_seed(seed)` and its `torch.randn` in float32: Philox4x32-10 keyed by the
/// seed, one counter a number, Box-Muller as cuRAND's. Definition and published values of a real device:
/// shared/tools/goldens/make_rng.py; agreement 2e-6.
/// Holds for draws of at most as many numbers as the device runs threads at once (threads a multiprocessor times
/// multiprocessors: 15,360 on the smallest cards in use, 221,184 on an A100). Beyond that, torch's threads draw several
/// numbers each, in an order that depends on the card; here the counters simply go on, the same on every machine.
class TorchCudaGenerator : public NoiseSource {
 public:
  explicit TorchCudaGenerator(uint64_t seed) : seed_(seed) {}

  void normal(std::span<float> out) override;

 private:
  uint64_t seed_;
  uint64_t draw_ = 0;  ///< how many draws went before: torch's generator offset, in fours
};

}  // namespace redraw
