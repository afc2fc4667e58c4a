// Where the noise of a picture comes from: one seed, one stream of standard normal numbers, the same on every device.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

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

/// "torch-cpu", "torch-cpu-f16", "torch-cuda": in the order in which they are shown to people; the first is the
/// default.
std::span<const std::string_view> noise_source_names();

/// Throws Error(unknown_name) with the nearest known name.
std::unique_ptr<NoiseSource> make_noise_source(std::string_view name, uint64_t seed);

/// What one `torch.manual_seed(seed)` seeds: the generator that draws the noise, and the CPU's uniform numbers, for
/// what InvokeAI draws there whatever the noise comes from (perlin_noise.h). With the CPU's noise they are one stream,
/// in the order of the calls; with "torch-cuda" the uniform numbers are a stream of their own.
struct SeededStreams {
  std::unique_ptr<NoiseSource> normal;
  UniformSource uniform;  ///< refers to `normal`: valid as long as it lives
};
/// Throws as make_noise_source.
SeededStreams make_seeded_streams(std::string_view name, uint64_t seed);

/// The seed of the noise that a sampler draws in its steps. InvokeAI 3 and later give the scheduler a second generator,
/// seeded with the seed's 32 bits inverted (`seed ^ 0xFFFFFFFF`), so that these draws are not those of the start again.
/// Earlier versions went on with the generator that drew the start.
constexpr uint64_t step_noise_seed(uint64_t seed) {
  return seed ^ 0xFFFFFFFFu;
}

}  // namespace redraw
