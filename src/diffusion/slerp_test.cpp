#include "diffusion/slerp.h"

#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <string>

#include "diffusion/test_support.h"
#include "support/golden.h"

namespace redraw {
namespace {

bool same_bytes(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// tools/goldens/make_latent_effects.py, in double precision; ours multiplies and adds in float32. The pairs: apart,
// near and opposite (the straight mean beyond |cos| 0.9995, which two-point formulas get wrong), of two lengths.
TEST(Slerp, IsTheReferencesForAnglesOfAllKinds) {
  const SafetensorsFile file = golden("rng/latent_effects.safetensors");
  for (const char* pair : {"apart", "near", "opposite", "lengths"}) {
    const std::string name = std::string("slerp/") + pair;
    const std::vector<float> from = read_golden(file, name + "/a").floats();
    const std::vector<float> to = read_golden(file, name + "/b").floats();
    for (const char* t : {"0.1", "0.5", "0.9"}) {
      std::vector<float> ours(from.size());
      slerp(std::stod(t), from, to, ours);
      ExpectClose(name + "/t" + t, ours, read_golden(file, name + "/t" + t).values,
                  {.max_abs = 2e-6, .rms_relative = 1e-7});
    }
  }
}

TEST(Slerp, GivesItsEndsByteForByte) {
  const std::vector<float> from = {1.0f, -0.0f, 3.0f, -2.5f};
  const std::vector<float> to = {-0.0f, 1.0f, 0.0f, 7.0f};
  std::vector<float> out(4);
  slerp(0, from, to, out);
  EXPECT_TRUE(same_bytes(out, from));
  slerp(1, from, to, out);
  EXPECT_TRUE(same_bytes(out, to));
}

TEST(Slerp, WorksInPlace) {
  const std::vector<float> from = {1, 0, 2};
  const std::vector<float> to = {0, 1, -1};
  std::vector<float> apart(3);
  slerp(0.3, from, to, apart);
  std::vector<float> in_place = from;
  slerp(0.3, in_place, to, in_place);
  EXPECT_EQ(in_place, apart);
}

TEST(Slerp, TakesTheStraightMeanWithANoiseOfZeros) {
  std::vector<float> out(2);
  slerp(0.25, std::vector<float>{0, 0}, std::vector<float>{4, 8}, out);
  EXPECT_EQ(out, (std::vector<float>{1, 2}));
}

TEST(Slerp, RefusesPartsOutsideAndUnequalSizes) {
  std::vector<float> two(2), three(3);
  for (double t : {-0.01, 1.01, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(thrown_by([&] { slerp(t, two, two, two); }).code, Code::out_of_range) << t;
  }
  EXPECT_EQ(thrown_by([&] { slerp(0.5, two, three, two); }).code, Code::internal);
  EXPECT_EQ(thrown_by([&] { slerp(0.5, two, two, three); }).code, Code::internal);
}

}  // namespace
}  // namespace redraw
