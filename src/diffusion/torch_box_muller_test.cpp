#include "diffusion/torch_box_muller.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <gtest/gtest.h>
#include <numbers>

namespace redraw {
namespace {

std::array<float, 16> block_of(float radius_uniform, float angle_uniform) {
  std::array<float, 16> block;
  for (size_t i = 0; i < 8; ++i) block[i] = radius_uniform;
  for (size_t i = 8; i < 16; ++i) block[i] = angle_uniform;
  box_muller(block);
  return block;
}

// Equality with torch is tested on the generator's goldens; here every octant of the angle and the ends of the radius,
// against double precision. The limit: the angle is off by 4e-7 near 2 pi (half a unit in the last place, and 2 pi
// itself rounded), times a radius of up to 5.8.
TEST(BoxMuller, IsCosineAndSineTimesTheRadiusAllRoundTheCircle) {
  for (float radius_uniform : {0.0f, 0x1p-24f, 0.25f, 0.2928932f, 0.2928933f, 0.5f, 0.9f, 1.0f - 0x1p-24f}) {
    for (int step = 0; step < 512; ++step) {
      const float angle_uniform = static_cast<float>(step) / 512.0f;
      const double radius = std::sqrt(-2.0 * std::log(1.0 - double{radius_uniform}));
      const double angle = 2.0 * std::numbers::pi * angle_uniform;
      const auto block = block_of(radius_uniform, angle_uniform);
      EXPECT_NEAR(block[0], radius * std::cos(angle), 3e-6) << radius_uniform << " " << angle_uniform;
      EXPECT_NEAR(block[8], radius * std::sin(angle), 3e-6) << radius_uniform << " " << angle_uniform;
    }
  }
}

TEST(BoxMuller, GivesTheSameBitsOnEveryProcessor) {
  // A cheap walk through [0, 1) for radii and angles, and the ends of both.
  uint32_t state = 1;
  for (int i = 0; i < 20000; ++i) {
    std::array<float, 16> block;
    for (float& u : block) u = static_cast<float>((state = state * 1664525u + 1013904223u) >> 8) * 0x1p-24f;
    if (i == 0) block.fill(0.0f);
    if (i == 1) block.fill(1.0f - 0x1p-24f);
    std::array<float, 16> portable = block;
    box_muller(block);
    box_muller_portable(portable);
    using Bits = std::array<uint32_t, 16>;
    ASSERT_EQ(std::bit_cast<Bits>(block), std::bit_cast<Bits>(portable)) << i;
  }
}

TEST(BoxMuller, UsesTheFirstHalfForRadiiAndTheLastForAngles) {
  std::array<float, 16> block = {};
  block[3] = 0.5f;    // one radius
  block[11] = 0.25f;  // its angle, a quarter turn: all of it is sine
  box_muller(block);
  for (size_t i = 0; i < 16; ++i) {
    const double expected = i == 11 ? std::sqrt(2.0 * std::numbers::ln2) : 0.0;
    EXPECT_NEAR(block[i], expected, 1e-6) << i;
  }
}

}  // namespace
}  // namespace redraw
