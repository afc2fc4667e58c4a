#include "diffusion/noise_source.h"

#include <array>

#include "base/error.h"
#include "base/suggest.h"
#include "diffusion/torch_cpu_generator.h"
#include "diffusion/torch_cuda_generator.h"

namespace redraw {
namespace {

using Maker = std::unique_ptr<NoiseSource> (*)(uint64_t seed);

template <typename Generator>
std::unique_ptr<NoiseSource> make(uint64_t seed) {
  return std::make_unique<Generator>(seed);
}

constexpr auto kNames = std::to_array<std::string_view>({"torch-cpu", "torch-cuda"});
constexpr auto kMakers = std::to_array<Maker>({make<TorchCpuGenerator>, make<TorchCudaGenerator>});
static_assert(kNames.size() == kMakers.size());

}  // namespace

std::span<const std::string_view> noise_source_names() {
  return kNames;
}

std::unique_ptr<NoiseSource> make_noise_source(std::string_view name, uint64_t seed) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return kMakers[i](seed);
  }
  throw Error(Code::unknown_name, unknown_name_message("noise source", name, kNames));
}

}  // namespace redraw
