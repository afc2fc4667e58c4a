#include "diffusion/brownian_tree.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <string>

#include "diffusion/test_support.h"
#include "support/golden.h"

namespace redraw {
namespace {

constexpr uint64_t kTreeSeeds[] = {0, 42, 4294967295, 9876543210123};

std::vector<float> noise_of(const BrownianTree& tree, double sigma, double sigma_next, size_t count) {
  std::vector<float> values(count);
  tree.noise(sigma, sigma_next, values);
  return values;
}

// tools/goldens/make_brownian.py. Draws and sums are equal to the reference's; what is left is the square root of a
// step's length, which torch's vector library gives off by a unit in the last place for some.
TEST(BrownianTree, GivesTheReferencesNoiseForEverySeedAndOrderOfQueries) {
  const SafetensorsFile file = golden("rng/brownian.safetensors");
  for (const std::string name : {"steps", "shuffled", "halves", "uneven", "short", "wide", "zero_snr"}) {
    const std::vector<double> range = read_golden(file, name + "/range").values;
    const std::vector<double> queries = read_golden(file, name + "/queries").values;
    for (uint64_t seed : kTreeSeeds) {
      const GoldenTensor expected = read_golden(file, name + "/seed" + std::to_string(seed) + "/noise");
      const size_t count = expected.values.size() / (queries.size() / 2);
      const BrownianTree tree(range[0], range[1], seed, count);
      std::vector<float> ours;
      for (size_t i = 0; i < queries.size(); i += 2) {
        const std::vector<float> noise = noise_of(tree, queries[i], queries[i + 1], count);
        ours.insert(ours.end(), noise.begin(), noise.end());
      }
      ExpectClose(name + "/seed" + std::to_string(seed), ours, expected.values,
                  {.max_abs = 1e-6, .rms_relative = 1.5e-7});
    }
  }
}

TEST(BrownianTree, FollowsOnePathHoweverItIsCutIntoSteps) {
  constexpr size_t kCount = 64;
  const BrownianTree tree(0.03, 14.6, 7, kCount);
  const std::vector<float> whole = noise_of(tree, 14.6, 0.03, kCount);
  std::vector<double> sum(kCount);
  const double levels[] = {14.6, 9.0, 8.999, 3.2, 0.5, 0.03};
  for (size_t step = 0; step + 1 < std::size(levels); ++step) {
    const std::vector<float> part = noise_of(tree, levels[step], levels[step + 1], kCount);
    for (size_t i = 0; i < kCount; ++i) sum[i] += part[i] * std::sqrt(levels[step] - levels[step + 1]);
  }
  for (size_t i = 0; i < kCount; ++i) EXPECT_NEAR(sum[i], whole[i] * std::sqrt(14.57), 2e-5);  // of values below 15
}

TEST(BrownianTree, TurnsTheSignWithTheDirection) {
  const BrownianTree tree(0.1, 10, 7, 32);
  const std::vector<float> down = noise_of(tree, 5, 2, 32);
  std::vector<float> up = noise_of(tree, 2, 5, 32);
  for (float& x : up) x = -x;
  EXPECT_EQ(down, up);
}

TEST(BrownianTree, GivesStandardNormalNumbersForLongAndShortSteps) {
  constexpr size_t kCount = 1 << 14;
  const BrownianTree tree(0.0291672, 14.6146, 3, kCount);
  const double steps[][2] = {{14.6146, 0.0291672}, {10, 9}, {0.5, 0.499}, {0.0291682, 0.0291672}};
  for (const auto& [sigma, sigma_next] : steps) {
    double mean = 0, square = 0;
    for (float x : noise_of(tree, sigma, sigma_next, kCount)) {
      mean += x / double{kCount};
      square += x * x / double{kCount};
    }
    // Five deviations of the mean and of the variance of 2^14 numbers; the last step is one unit of the tree, 1e-6,
    // and its length in float32 is off by a few parts in a thousand.
    EXPECT_NEAR(mean, 0, 0.04) << sigma;
    EXPECT_NEAR(square, 1, 0.07) << sigma;
  }
}

TEST(BrownianTree, CountsLevelsARoundingOutsideAsTheEndsAndRefusesOthers) {
  const BrownianTree tree(0.1, 10, 7, 32);
  const std::vector<float> whole = noise_of(tree, 10, 0.1, 32);
  const std::vector<float> beyond = noise_of(tree, 10.000002, 0.1, 32);
  for (size_t i = 0; i < whole.size(); ++i) EXPECT_NEAR(beyond[i], whole[i], 1e-6 * std::abs(whole[i]));
  const auto code = [&](double sigma, double sigma_next) {
    return thrown_by([&] { noise_of(tree, sigma, sigma_next, 32); }).code;
  };
  EXPECT_EQ(code(10.1, 5), Code::out_of_range);
  EXPECT_EQ(code(5, 0), Code::out_of_range);
  EXPECT_EQ(code(5, 5), Code::out_of_range);
  EXPECT_EQ(code(std::numeric_limits<double>::quiet_NaN(), 5), Code::out_of_range);
  EXPECT_EQ(thrown_by([&] { noise_of(tree, 5, 2, 31); }).code, Code::internal);
  EXPECT_EQ(noise_of(tree, 5, 5.0000005, 32), std::vector<float>(32));  // one level of the tree
}

TEST(BrownianTree, RefusesRangesThatAreNone) {
  const double kRanges[][2] = {{-1, 10}, {10, 0.1}, {1, 1}, {1, 1.0000001}, {0, 2e6}, {0, 1e300}, {NAN, 1}, {0, NAN}};
  for (const auto& range : kRanges) {
    EXPECT_EQ(thrown_by([&] { BrownianTree(range[0], range[1], 0, 4); }).code, Code::out_of_range)
        << range[0] << " " << range[1];
  }
}

}  // namespace
}  // namespace redraw
