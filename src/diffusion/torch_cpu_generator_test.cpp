#include "diffusion/torch_cpu_generator.h"

#include <gtest/gtest.h>
#include <string>

#include "support/golden.h"

namespace redraw {
namespace {

// Limits of docs/testing.md: torch's vectorised logarithm and cosine differ from the C library's in the last bit.
constexpr Tolerance kNormal = {.max_abs = 2e-6, .rms_relative = 1e-7};
constexpr uint64_t kSeeds[] = {0, 1, 42, 1592514025, 4294967295};

std::vector<float> draw(NoiseSource& source, size_t n) {
  std::vector<float> values(n);
  source.normal(values);
  return values;
}

TEST(TorchCpuGenerator, GivesTorchsUniformNumbersExactly) {
  const SafetensorsFile file = golden("rng/torch.safetensors");
  for (uint64_t seed : kSeeds) {
    TorchCpuGenerator generator(seed);
    std::vector<float> ours(100);
    generator.uniform(ours);
    EXPECT_EQ(ours, read_golden(file, "rand/f32/seed" + std::to_string(seed) + "/n100").floats()) << seed;
  }
}

TEST(TorchCpuGenerator, GivesTorchsNormalNumbersForShortAndLongDraws) {
  const SafetensorsFile file = golden("rng/torch.safetensors");
  for (uint64_t seed : kSeeds) {
    for (size_t n : {1, 5, 15, 16, 17, 31, 32, 33, 1000, 1024}) {
      TorchCpuGenerator generator(seed);
      const std::string name = "randn/f32/seed" + std::to_string(seed) + "/n" + std::to_string(n);
      ExpectClose(name, draw(generator, n), read_golden(file, name).values, kNormal);
    }
  }
}

TEST(TorchCpuGenerator, GivesTorchsLatentNoise) {
  const SafetensorsFile file = golden("rng/torch.safetensors");
  for (uint64_t seed : kSeeds) {
    TorchCpuGenerator generator(seed);
    const std::string name = "latent/f32/seed" + std::to_string(seed);
    ExpectClose(name, draw(generator, 4 * 32 * 32), read_golden(file, name).values, kNormal);
  }
}

TEST(TorchCpuGenerator, KeepsTheSecondNormalOfAPairForTheNextShortDraw) {
  // The draw of 7 leaves one number over, which the draw of 3 takes up two long draws later.
  const SafetensorsFile file = golden("rng/torch.safetensors");
  constexpr size_t kSizes[] = {7, 16, 40, 3, 256};
  for (uint64_t seed : kSeeds) {
    TorchCpuGenerator generator(seed);
    for (size_t i = 0; i < std::size(kSizes); ++i) {
      const std::string name =
          "sequence/f32/seed" + std::to_string(seed) + "/" + std::to_string(i) + "_n" + std::to_string(kSizes[i]);
      ExpectClose(name, draw(generator, kSizes[i]), read_golden(file, name).values, kNormal);
    }
  }
}

TEST(TorchCpuGenerator, TakesTheLow32BitsOfTheSeedAsTorchDoes) {
  TorchCpuGenerator low(42);
  TorchCpuGenerator high((uint64_t{7} << 32) + 42);
  TorchCpuGenerator other(43);
  const std::vector<float> values = draw(low, 32);
  EXPECT_EQ(values, draw(high, 32));
  EXPECT_NE(values, draw(other, 32));
}

TEST(TorchCpuGenerator, GivesAnotherStreamWhereADrawIsSplit) {
  TorchCpuGenerator once(42);
  TorchCpuGenerator twice(42);
  const std::vector<float> whole = draw(once, 40);
  std::vector<float> parts = draw(twice, 20);
  const std::vector<float> rest = draw(twice, 20);
  parts.insert(parts.end(), rest.begin(), rest.end());
  EXPECT_NE(whole, parts);
  EXPECT_EQ(std::vector<float>(whole.begin(), whole.begin() + 4), std::vector<float>(parts.begin(), parts.begin() + 4));
}

}  // namespace
}  // namespace redraw
