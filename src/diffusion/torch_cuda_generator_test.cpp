#include "diffusion/torch_cuda_generator.h"

#include <gtest/gtest.h>
#include <string>

#include "support/golden.h"

namespace redraw {
namespace {

constexpr Tolerance kNormal = {.max_abs = 2e-6, .rms_relative = 1e-7};  // docs/testing.md

TEST(TorchCudaGenerator, GivesWhatARealDevicePrinted) {
  TorchCudaGenerator generator(0);
  std::vector<float> ours(12);
  generator.normal(ours);
  // The published values are the device's own float32 arithmetic, printed to about eight digits: the fixed limit alone.
  ExpectClose("published", ours, read_golden(golden("rng/torch.safetensors"), "cuda/published/seed0/n12").values,
              {.max_abs = 2e-6});
}

TEST(TorchCudaGenerator, GivesTheFirstThreeDrawsOfEachSeed) {
  const SafetensorsFile file = golden("rng/torch.safetensors");
  for (uint64_t seed : {uint64_t{0}, uint64_t{1592514025}, uint64_t{4294967295}}) {
    TorchCudaGenerator generator(seed);
    for (int i = 0; i < 3; ++i) {
      std::vector<float> ours(1024);
      generator.normal(ours);
      const std::string name = "cuda/f64/seed" + std::to_string(seed) + "/draw" + std::to_string(i) + "/n1024";
      ExpectClose(name, ours, read_golden(file, name).values, kNormal);
    }
  }
}

TEST(TorchCudaGenerator, GivesEachNumberItsOwnCounterSoThatAShorterDrawIsAPrefix) {
  std::vector<float> shorter(100), longer(1000);
  TorchCudaGenerator(5).normal(shorter);
  TorchCudaGenerator(5).normal(longer);
  longer.resize(100);
  EXPECT_EQ(shorter, longer);
}

TEST(TorchCudaGenerator, UsesAll64BitsOfTheSeed) {
  std::vector<float> low(16), high(16);
  TorchCudaGenerator(5).normal(low);
  TorchCudaGenerator((uint64_t{1} << 32) + 5).normal(high);
  EXPECT_NE(low, high);
}

}  // namespace
}  // namespace redraw
