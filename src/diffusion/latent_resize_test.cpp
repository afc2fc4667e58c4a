#include "diffusion/latent_resize.h"

#include <gtest/gtest.h>

#include "diffusion/test_support.h"
#include "support/golden.h"

namespace redraw {
namespace {

// Printed by torch 2.13.0: interpolate(x, size=(3, 5), mode="bilinear") of arange(12) ** 1.5 as [1, 2, 2, 3], both
// turned to channels-last.
TEST(LatentResize, AgreesWithTorch) {
  const std::vector<float> latent = {0.0f,      14.69694f, 1.0f, 18.52026f, 2.828427f, 22.62742f,
                                     5.196152f, 27.0f,     8.0f, 31.62278f, 11.18034f, 36.48287f};
  const std::vector<double> reference = {
      0,          14.6969385, 0.400000036, 16.2262669, 1,   18.5202599, 2.09705639, 20.9845543, 2.82842708, 22.6274166,
      2.59807611, 20.8484688, 3.35884571,  22.5376892, 4.5, 25.0715179, 6.00263023, 27.761694,  7.00438356, 29.5551453,
      5.19615221, 27,         6.3176918,   28.8491116, 8,   31.622776,  9.90820408, 34.5388336, 11.1803389, 36.482872};
  ExpectClose("resized", resize_latent(latent, {2, 3, 2}, {3, 5, 2}), reference, {.max_abs = 1e-5});
}

TEST(LatentResize, LeavesALatentOfTheSameSizeAsItIs) {
  const std::vector<float> latent = {1.5f, -2.0f, 0.25f, 3.0f};
  EXPECT_EQ(resize_latent(latent, {2, 2, 1}, {2, 2, 1}), latent);
}

TEST(LatentResize, RefusesSizesThatDoNotFit) {
  EXPECT_EQ(thrown_by([] { resize_latent(std::vector<float>(3), {2, 2, 1}, {4, 4, 1}); }).code, Code::internal);
}

}  // namespace
}  // namespace redraw
