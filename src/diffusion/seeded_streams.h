// The noise sources by name, each made from a seed.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "diffusion/noise_source.h"

namespace redraw {

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

}  // namespace redraw
