#include "diffusion/seeded_streams.h"

#include <array>
#include <utility>

#include "base/named_rows.h"
#include "diffusion/torch_cpu_generator.h"
#include "diffusion/torch_cuda_generator.h"

namespace redraw {
namespace {

template <typename Generator>
SeededStreams cpu_streams(uint64_t seed) {
  auto generator = std::make_unique<Generator>(seed);
  Generator* same = generator.get();
  return {std::move(generator), [same](std::span<float> out) { same->uniform(out); }};
}

SeededStreams cuda_streams(uint64_t seed) {
  auto cpu = std::make_shared<TorchCpuGenerator>(seed);
  return {std::make_unique<TorchCudaGenerator>(seed), [cpu](std::span<float> out) { cpu->uniform(out); }};
}

constexpr auto kSources = std::to_array<NoiseSourceInfo>({{"torch-cpu", cpu_streams<TorchCpuGenerator>},
                                                          {"torch-cpu-f16", cpu_streams<TorchCpuHalfGenerator>},
                                                          {"torch-cuda", cuda_streams}});

}  // namespace

std::span<const NoiseSourceInfo> noise_sources() {
  return kSources;
}

std::vector<std::string_view> noise_source_names() {
  return names_of_rows(kSources);
}

const NoiseSourceInfo& find_noise_source(std::string_view name) {
  return row_named(kSources, "noise source", name);
}

}  // namespace redraw
