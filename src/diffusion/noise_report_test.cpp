#include "diffusion/noise_report.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "diffusion/expected_noise.h"
#include "diffusion/seeded_streams.h"
#include "diffusion/test_support.h"

namespace redraw {
namespace {

TEST(NoiseReport, IsWhatTorchDraws) {
  for (const NoiseReport& expected : expected_noise()) {
    SCOPED_TRACE(expected.name + ", seed " + std::to_string(expected.seed));
    const NoiseReport report = noise_report(expected.name, expected.seed);
    EXPECT_EQ(report.name, expected.name);
    EXPECT_EQ(report.seed, expected.seed);
    EXPECT_EQ(report.word_hash, expected.word_hash);
    EXPECT_EQ(report.normal_hash, expected.normal_hash);
    EXPECT_EQ(report.first, expected.first);
    EXPECT_NEAR(report.mean, expected.mean, 1e-12);  // another order of double precision sums
    EXPECT_NEAR(report.deviation, expected.deviation, 1e-12);
  }
}

TEST(NoiseReport, IsExpectedForEveryNoiseSource) {
  for (std::string_view name : noise_source_names()) {
    EXPECT_EQ(std::ranges::count(expected_noise(), name, &NoiseReport::name), 3) << name;
  }
}

TEST(NoiseReport, ExistsForEveryNoiseSourceAndDiffersWithTheSeed) {
  for (std::string_view name : noise_source_names()) {
    const NoiseReport one = noise_report(name, 1);
    const NoiseReport other = noise_report(name, 2);
    EXPECT_NE(one.word_hash, other.word_hash) << name;
    EXPECT_NE(one.normal_hash, other.normal_hash) << name;
  }
}

TEST(NoiseReport, SuggestsTheNearestNameForAnUnknownOne) {
  EXPECT_EQ(thrown_by([] { noise_report("torch-cud", 0); }).code, Code::unknown_name);
}

}  // namespace
}  // namespace redraw
