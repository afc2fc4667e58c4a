#include "diffusion/seeded_streams.h"

#include <gtest/gtest.h>
#include <vector>

#include "diffusion/test_support.h"
#include "diffusion/torch_cpu_generator.h"
#include "diffusion/torch_cuda_generator.h"

namespace redraw {
namespace {

std::vector<float> draw(NoiseSource&& source) {
  std::vector<float> values(20);
  source.normal(values);
  return values;
}

TEST(NoiseSource, IsMadeByEachOfItsNames) {
  ASSERT_EQ(noise_source_names().size(), 3u);
  EXPECT_EQ(draw(std::move(*find_noise_source("torch-cpu").make(9).normal)), draw(TorchCpuGenerator(9)));
  EXPECT_EQ(draw(std::move(*find_noise_source("torch-cpu-f16").make(9).normal)), draw(TorchCpuHalfGenerator(9)));
  EXPECT_EQ(draw(std::move(*find_noise_source("torch-cuda").make(9).normal)), draw(TorchCudaGenerator(9)));
  for (std::string_view name : noise_source_names()) EXPECT_NE(find_noise_source(name).make(0).normal, nullptr) << name;
}

TEST(NoiseSource, SuggestsTheNearestNameForAnUnknownOne) {
  const Thrown thrown = thrown_by([] { find_noise_source("torch-cpi"); });
  EXPECT_EQ(thrown.code, Code::unknown_name);
  EXPECT_EQ(
      thrown.message,
      "unknown noise source 'torch-cpi'; did you mean 'torch-cpu'? (known: torch-cpu, torch-cpu-f16, torch-cuda)");
}

TEST(NoiseSource, GivesUniformNumbersInOneStreamWithTheCpusNoiseAndApartFromTheGpus) {
  for (std::string_view name : noise_source_names()) {
    const SeededStreams streams = find_noise_source(name).make(9);
    std::vector<float> noise(32), uniform(4), expected(4);
    streams.normal->normal(noise);
    streams.uniform(uniform);
    TorchCpuGenerator generator(9);
    if (name != "torch-cuda") generator.normal(noise);
    generator.uniform(expected);
    EXPECT_EQ(uniform, expected) << name;
  }
}

TEST(NoiseSource, SeedsTheNoiseOfStepsWithTheInvertedSeed) {
  static_assert(step_noise_seed(0) == 0xFFFFFFFFu);
  static_assert(step_noise_seed(0xFFFFFFFFu) == 0);
  EXPECT_EQ(step_noise_seed(1592514025), 2702453270u);  // Python: 1592514025 ^ 0xFFFFFFFF
  EXPECT_EQ(step_noise_seed(step_noise_seed(42)), 42u);
}

}  // namespace
}  // namespace redraw
