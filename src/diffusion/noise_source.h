// Where the noise of a picture comes from: one seed, one stream of standard normal numbers, the same on every device.
#pragma once

#include <cstdint>
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

/// "torch-cpu", "torch-cuda": in the order in which they are shown to people; the first is the default.
std::span<const std::string_view> noise_source_names();

/// Throws Error(unknown_name) with the nearest known name.
std::unique_ptr<NoiseSource> make_noise_source(std::string_view name, uint64_t seed);

}  // namespace redraw
