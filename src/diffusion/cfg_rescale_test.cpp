#include "diffusion/cfg_rescale.h"

#include <gtest/gtest.h>
#include <limits>
#include <string>

#include "diffusion/test_support.h"
#include "support/golden.h"

namespace redraw {
namespace {

// tools/goldens/make_latent_effects.py: torch.std and float32 products, as diffusers' rescale_noise_cfg on one picture.
TEST(CfgRescale, IsTheReferences) {
  const SafetensorsFile file = golden("rng/latent_effects.safetensors");
  const std::vector<float> conditional = read_golden(file, "rescale/conditional").floats();
  for (const std::string multiplier : {"0.0", "0.3", "0.7", "1.0"}) {
    std::vector<float> ours = read_golden(file, "rescale/guided").floats();
    rescale_guidance(std::stod(multiplier), conditional, ours);
    // Values up to 30, three roundings each on the reference's side.
    ExpectClose("rescale/" + multiplier, ours, read_golden(file, "rescale/" + multiplier).values,
                {.max_abs = 6e-6, .rms_relative = 3e-7});
  }
}

TEST(CfgRescale, ChangesNothingAtZeroAndWithoutSpread) {
  const std::vector<float> conditional = {1, -2, 3};
  const std::vector<float> guided = {5, -0.0f, 9};
  std::vector<float> ours = guided;
  rescale_guidance(0, conditional, ours);
  EXPECT_EQ(ours, guided);
  std::vector<float> flat = {2, 2, 2};
  rescale_guidance(1, conditional, flat);
  EXPECT_EQ(flat, (std::vector<float>{2, 2, 2}));
}

TEST(CfgRescale, RefusesWhatIsOutOfRange) {
  std::vector<float> three(3), four(4);
  for (double m : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(thrown_by([&] { rescale_guidance(m, three, three); }).code, Code::out_of_range) << m;
  }
  EXPECT_EQ(thrown_by([&] { rescale_guidance(0.5, three, four); }).code, Code::internal);
}

}  // namespace
}  // namespace redraw
