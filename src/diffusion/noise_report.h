// A fingerprint of the noise that a seed gives, for `redraw selftest`: where two machines differ, it says at which
// stage.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace redraw {

/// Of the first 4 x 64 x 64 numbers that a noise source draws: the start of a 512 x 512 picture.
struct NoiseReport {
  std::string name;
  uint64_t seed = 0;
  /// FNV-1a (64 bits) over the generator's first 16384 words of 32 bits, each from its lowest byte up. Only integers
  /// are worked with, so a difference here is a defect.
  uint64_t word_hash = 0;
  /// The same over the normal numbers, as the bits of a float32. Equal everywhere for torch-cpu and torch-cpu-f16,
  /// whose arithmetic IEEE 754 fixes (torch_box_muller.h). torch-cuda rounds the C library's double precision logarithm
  /// and sine to float32. Another library changes a number only where its last bit decides that rounding: at most a few
  /// seeds in ten thousand. Where only this hash differs, `first`, `mean` and `deviation` say by how much.
  uint64_t normal_hash = 0;
  std::array<float, 4> first = {};
  double mean = 0;
  double deviation = 0;  ///< with n - 1 below the fraction bar, as torch.std
};

/// seed: any. Throws Error(unknown_name) with the nearest known name.
NoiseReport noise_report(std::string_view name, uint64_t seed);

}  // namespace redraw
