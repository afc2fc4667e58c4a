#include "diffusion/perlin_noise.h"

#include <gtest/gtest.h>
#include <limits>

#include "diffusion/seeded_streams.h"
#include "diffusion/test_support.h"
#include "diffusion/torch_cpu_generator.h"
#include "support/golden.h"

namespace redraw {
namespace {

// The noise of a seed, channels-last, and the stream that goes on after it.
struct Drawn {
  SeededStreams streams;
  std::vector<float> noise;
};
Drawn draw(uint64_t seed, const LatentShape& shape) {
  Drawn drawn{find_noise_source("torch-cpu").make(seed), {}};
  std::vector<float> planes(static_cast<size_t>(shape.height * shape.width * shape.channels));
  drawn.streams.normal->normal(planes);
  drawn.noise = nchw_to_nhwc(planes, Shape{1, shape.channels, shape.height, shape.width});
  return drawn;
}

TEST(PerlinNoise, IsTheReferencesForSidesOfEveryKind) {
  const SafetensorsFile file = golden("rng/latent_effects.safetensors");
  constexpr LatentShape kShapes[] = {{16, 24, 4}, {12, 20, 4}, {8, 8, 4}, {5, 33, 4}};
  for (const LatentShape& shape : kShapes) {
    for (uint64_t seed : {uint64_t{0}, uint64_t{1592514025}}) {
      for (const char* amount : {"0.2", "1.0"}) {
        Drawn drawn = draw(seed, shape);
        mix_perlin_noise(std::stod(amount), drawn.streams.uniform, shape, drawn.noise);
        const std::string name = "perlin/" + std::to_string(shape.height) + "x" + std::to_string(shape.width) +
                                 "/seed" + std::to_string(seed) + "/" + amount;
        // The golden is in double precision; float32 has 3e-7 in a sum of eight products.
        ExpectClose(name, drawn.noise, nchw_to_nhwc(read_golden(file, name)).values,
                    {.max_abs = 2e-6, .rms_relative = 5e-7});
      }
    }
  }
}

TEST(PerlinNoise, ChangesAndDrawsNothingAtZero) {
  const LatentShape shape{9, 5, 4};
  Drawn drawn = draw(3, shape);
  const std::vector<float> before = drawn.noise;
  mix_perlin_noise(
      0, [](std::span<float>) { FAIL() << "drawn"; }, shape, drawn.noise);
  EXPECT_EQ(drawn.noise, before);
}

TEST(PerlinNoise, DrawsEachChannelsAnglesInTurn) {
  std::vector<size_t> draws;
  const UniformSource uniform = [&](std::span<float> out) {
    draws.push_back(out.size());
    std::fill(out.begin(), out.end(), 0.25f);
  };
  std::vector<float> noise(8 * 8 * 3);
  mix_perlin_noise(1, uniform, {8, 8, 3}, noise);
  EXPECT_EQ(draws, (std::vector<size_t>{81, 81, 81}));
}

TEST(PerlinNoise, RefusesAmountsOutsideAndSizesThatDoNotFit) {
  std::vector<float> noise(8 * 8 * 4);
  const UniformSource uniform = [](std::span<float>) {};
  for (double amount : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(thrown_by([&] { mix_perlin_noise(amount, uniform, {8, 8, 4}, noise); }).code, Code::out_of_range);
  }
  EXPECT_EQ(thrown_by([&] { mix_perlin_noise(0.5, uniform, {8, 9, 4}, noise); }).code, Code::internal);
  EXPECT_EQ(thrown_by([&] { mix_perlin_noise(0.5, uniform, {-8, -8, 4}, noise); }).code, Code::internal);
  EXPECT_EQ(thrown_by([&] { mix_perlin_noise(0.5, uniform, {INT64_MAX, 8, 4}, noise); }).code, Code::internal);
}

}  // namespace
}  // namespace redraw
