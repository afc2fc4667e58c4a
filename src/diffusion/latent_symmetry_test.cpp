#include "diffusion/latent_symmetry.h"

#include <gtest/gtest.h>
#include <limits>
#include <string>

#include "diffusion/test_support.h"
#include "support/golden.h"

namespace redraw {
namespace {

TEST(LatentSymmetry, MirrorsAsTheReferenceAtEvenAndOddSizes) {
  const SafetensorsFile file = golden("rng/latent_effects.safetensors");
  for (const LatentShape& shape : {LatentShape{6, 8, 3}, {5, 7, 3}, {1, 1, 3}}) {
    const std::string name = "symmetry/" + std::to_string(shape.height) + "x" + std::to_string(shape.width) + "/";
    const std::vector<float> latent = nchw_to_nhwc(read_golden(file, name + "latent")).floats();
    std::vector<float> left = latent, top = latent;
    mirror_left_to_right(shape, left);
    mirror_top_to_bottom(shape, top);
    EXPECT_EQ(left, nchw_to_nhwc(read_golden(file, name + "h")).floats()) << name;
    EXPECT_EQ(top, nchw_to_nhwc(read_golden(file, name + "v")).floats()) << name;
  }
}

TEST(LatentSymmetry, LeavesTheMiddleOfAnOddSideAndTheFirstHalf) {
  std::vector<float> row = {1, 2, 3, 4, 5};
  mirror_left_to_right({1, 5, 1}, row);
  EXPECT_EQ(row, (std::vector<float>{1, 2, 3, 2, 1}));
  std::vector<float> column = {1, 2, 3, 4, 5};
  mirror_top_to_bottom({5, 1, 1}, column);
  EXPECT_EQ(column, (std::vector<float>{1, 2, 3, 2, 1}));
  mirror_left_to_right({5, 1, 1}, column);
  EXPECT_EQ(column, (std::vector<float>{1, 2, 3, 2, 1}));
}

TEST(LatentSymmetry, ComesAfterTheFirstStepThatReachesItsTime) {
  struct Case {
    double time;
    int64_t steps;
    int64_t step;
  };
  // 0.7 * 10 is 7 exactly, 7 / 10 >= 0.7; 0.29 * 100 would be 28.999...
  constexpr Case kCases[] = {{0.5, 10, 5},  {0.51, 10, 6}, {0.7, 10, 7},    {0.29, 100, 29},
                             {1e-9, 10, 1}, {0.9, 10, 9},  {0.95, 10, 9},   {1, 10, 9},
                             {0.5, 1, 0},   {1, 1, 0},     {1.0 / 3, 3, 1}, {2.0 / 3, 3, 2}};
  for (const Case& c : kCases) EXPECT_EQ(symmetry_step(c.time, c.steps), c.step) << c.time << " of " << c.steps;
}

TEST(LatentSymmetry, RefusesWhatIsOutOfRange) {
  for (double time : {0.0, -0.5, 1.01, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(thrown_by([&] { symmetry_step(time, 10); }).code, Code::out_of_range) << time;
  }
  EXPECT_EQ(thrown_by([] { symmetry_step(0.5, 0); }).code, Code::out_of_range);
  std::vector<float> latent(5);
  EXPECT_EQ(thrown_by([&] { mirror_left_to_right({2, 3, 1}, latent); }).code, Code::internal);
  EXPECT_EQ(thrown_by([&] { mirror_top_to_bottom({2, 3, 1}, latent); }).code, Code::internal);
}

}  // namespace
}  // namespace redraw
