#include "diffusion/noise_source.h"

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
  ASSERT_EQ(noise_source_names().size(), 2u);
  EXPECT_EQ(draw(std::move(*make_noise_source("torch-cpu", 9))), draw(TorchCpuGenerator(9)));
  EXPECT_EQ(draw(std::move(*make_noise_source("torch-cuda", 9))), draw(TorchCudaGenerator(9)));
  for (std::string_view name : noise_source_names()) EXPECT_NE(make_noise_source(name, 0), nullptr) << name;
}

TEST(NoiseSource, SuggestsTheNearestNameForAnUnknownOne) {
  const Thrown thrown = thrown_by([] { make_noise_source("torch-cpi", 0); });
  EXPECT_EQ(thrown.code, Code::unknown_name);
  EXPECT_EQ(thrown.message,
            "unknown noise source 'torch-cpi'; did you mean 'torch-cpu'? (known: torch-cpu, torch-cuda)");
}

}  // namespace
}  // namespace redraw
