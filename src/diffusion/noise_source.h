// What draws the noise of a picture: a stream of standard normal numbers, the same on every device.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace redraw {

/// A stream of standard normal float32 numbers. Each call is one draw, as one `torch.randn` of a generator would be:
/// where a draw ends is part of the stream, so two draws of n are not one draw of 2n.
/// Shaped noise is drawn in the reference's order, [N, C, H, W] row by row, whatever layout the caller then keeps.
class NoiseSource {
 public:
  virtual ~NoiseSource() = default;
  virtual void normal(std::span<float> out) = 0;
};

/// Fills `out` with uniform float32 numbers in [0, 1), as one `torch.rand` would.
using UniformSource = std::function<void(std::span<float> out)>;

/// The seed of the noise that a sampler draws in its steps. InvokeAI 3 and later give the scheduler a second generator,
/// seeded with the seed's 32 bits inverted (`seed ^ 0xFFFFFFFF`), so that these draws are not those of the start again.
/// Earlier versions went on with the generator that drew the start.
constexpr uint64_t step_noise_seed(uint64_t seed) {
  return seed ^ 0xFFFFFFFFu;
}

}  // namespace redraw
