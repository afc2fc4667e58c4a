#include "diffusion/seeded_streams.h"

#include <array>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
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

using Maker = SeededStreams (*)(uint64_t seed);

constexpr auto kNames = std::to_array<std::string_view>({"torch-cpu", "torch-cpu-f16", "torch-cuda"});
constexpr auto kMakers =
    std::to_array<Maker>({cpu_streams<TorchCpuGenerator>, cpu_streams<TorchCpuHalfGenerator>, cuda_streams});
static_assert(kNames.size() == kMakers.size());

}  // namespace

std::span<const std::string_view> noise_source_names() {
  return kNames;
}

SeededStreams make_seeded_streams(std::string_view name, uint64_t seed) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return kMakers[i](seed);
  }
  throw Error(Code::unknown_name, unknown_name_message("noise source", name, kNames));
}

std::unique_ptr<NoiseSource> make_noise_source(std::string_view name, uint64_t seed) {
  return make_seeded_streams(name, seed).normal;
}

}  // namespace redraw
