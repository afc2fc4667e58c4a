#include "diffusion/torch_cuda_generator.h"

#include <cmath>
#include <numbers>

namespace redraw {

std::array<uint32_t, 4> philox4x32_10(std::array<uint32_t, 4> counter, uint64_t key) {
  uint32_t key0 = static_cast<uint32_t>(key);
  uint32_t key1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t p = uint64_t{0xD2511F53u} * counter[0];
    const uint64_t q = uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<uint32_t>(q >> 32) ^ counter[1] ^ key0, static_cast<uint32_t>(q),
               static_cast<uint32_t>(p >> 32) ^ counter[3] ^ key1, static_cast<uint32_t>(p)};
    key0 += 0x9E3779B9u;  // the Weyl sequence: the golden ratio and sqrt(3) - 1
    key1 += 0xBB67AE85u;
  }
  return counter;
}

void TorchCudaGenerator::normal(std::span<float> out) {
  const uint32_t draw_low = static_cast<uint32_t>(draw_);
  const uint32_t draw_high = static_cast<uint32_t>(draw_ >> 32);
  ++draw_;
  for (size_t i = 0; i < out.size(); ++i) {
    const uint64_t index = i;
    const std::array<uint32_t, 4> words =
        philox4x32_10({draw_low, draw_high, static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32)}, seed_);
    // In (0, 1], never 0: the half step of 2^-33 keeps the logarithm finite.
    const double u = words[0] * 0x1p-32 + 0x1p-33;
    const double angle = 2.0 * std::numbers::pi * (words[1] * 0x1p-32 + 0x1p-33);
    out[i] = static_cast<float>(std::sqrt(-2.0 * std::log(u)) * std::sin(angle));
  }
}

}  // namespace redraw
