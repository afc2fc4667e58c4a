// The noise sources, each made from a seed.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "diffusion/noise_source.h"

namespace redraw {

/// What one `torch.manual_seed(seed)` seeds: the generator that draws the noise, and the CPU's uniform numbers, for
/// what InvokeAI draws there whatever the noise comes from (perlin_noise.h). With the CPU's noise they are one stream,
/// in the order of the calls; with "torch-cuda" the uniform numbers are a stream of their own.
struct SeededStreams {
  std::unique_ptr<NoiseSource> normal;
  UniformSource uniform;  ///< refers to `normal`: valid as long as it lives
};

/// One row of the table of noise sources.
struct NoiseSourceInfo {
  std::string_view name;
  SeededStreams (*make)(uint64_t seed);
};

/// "torch-cpu", "torch-cpu-f16", "torch-cuda": in the order in which they are shown to people; the first is the
/// default.
std::span<const NoiseSourceInfo> noise_sources();
std::vector<std::string_view> noise_source_names();
/// Throws Error(unknown_name) with the nearest known name.
const NoiseSourceInfo& find_noise_source(std::string_view name);

}  // namespace redraw
