#include "diffusion/torch_cpu_generator.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <string>

#include "support/golden.h"

namespace redraw {
namespace {

// Draws of 16 and more are equal to torch's by construction (torch_box_muller.h). Shorter ones are rounded to float32
// from the C library's double precision, which another library could round the other way once in 10^8 numbers.
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
      EXPECT_EQ(draw(generator, n), read_golden(file, name).floats()) << name;
    }
  }
}

TEST(TorchCpuGenerator, GivesTorchsLatentNoise) {
  const SafetensorsFile file = golden("rng/torch.safetensors");
  for (uint64_t seed : kSeeds) {
    TorchCpuGenerator generator(seed);
    const std::string name = "latent/f32/seed" + std::to_string(seed);
    EXPECT_EQ(draw(generator, 4 * 32 * 32), read_golden(file, name).floats()) << name;
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
      EXPECT_EQ(draw(generator, kSizes[i]), read_golden(file, name).floats()) << name;
    }
  }
}

TEST(TorchCpuHalfGenerator, GivesTorchsFloat16NumbersForShortAndLongDraws) {
  const SafetensorsFile file = golden("rng/torch.safetensors");
  for (uint64_t seed : kSeeds) {
    for (size_t n : {1, 5, 15, 16, 17, 31, 32, 33, 1000, 1024}) {
      TorchCpuHalfGenerator generator(seed);
      const std::string name = "randn/f16/seed" + std::to_string(seed) + "/n" + std::to_string(n);
      EXPECT_EQ(draw(generator, n), read_golden(file, name).floats()) << name;
    }
  }
}

TEST(TorchCpuHalfGenerator, TakesUpTheUniformStreamWhereTorchDoes) {
  // torch 2.13: after a float16 draw of 17, 40 or 1000 the next torch.rand is number 32, 48 or 1008 of the stream;
  // after a float32 one it would be number 33, 56 or 1016.
  constexpr size_t kDrawn[][2] = {{16, 16}, {17, 32}, {40, 48}, {1000, 1008}};
  for (const auto& [n, next] : kDrawn) {
    TorchCpuHalfGenerator generator(3);
    draw(generator, n);
    std::vector<float> ours(1), stream(next + 1);
    generator.uniform(ours);
    TorchCpuGenerator(3).uniform(stream);
    EXPECT_EQ(ours[0], stream[next]) << n;
  }
}

TEST(TorchCpuHalfGenerator, RoundsTheFloat32NumbersWhereTheBlocksAreWhole) {
  TorchCpuGenerator full(42);
  TorchCpuHalfGenerator half(42);
  const std::vector<float> exact = draw(full, 1 << 16);
  const std::vector<float> rounded = draw(half, 1 << 16);
  for (size_t i = 0; i < exact.size(); ++i) {
    const float unit = std::max(0x1p-24f, std::ldexp(1.0f, std::ilogb(exact[i]) - 10));
    ASSERT_EQ(rounded[i], std::nearbyint(exact[i] / unit) * unit) << exact[i];  // ties to even; 11 of them here
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
