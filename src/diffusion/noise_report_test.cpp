#include "diffusion/noise_report.h"

#include <gtest/gtest.h>

#include "diffusion/noise_source.h"
#include "diffusion/test_support.h"

namespace redraw {
namespace {

// Computed with torch 2.13.0: torch.randn(1, 4, 64, 64) of a CPU generator in float32 and float16; numpy's mt19937 for
// the words; Philox in numpy's integers, its normals in float64 rounded to float32 (as tools/goldens/make_rng.py), of
// which none of these seeds has one within 10^4 units of the last place of double precision of a rounding boundary.
const NoiseReport kExpected[] = {
    {"torch-cpu",
     0u,
     0x4E373F3D7FE243BEu,
     0xDF763936577CAC18u,
     {-1.1258398294448853f, -1.152360200881958f, -0.2505785822868347f, -0.4338788092136383f},
     -0.0075752380309523915,
     1.0042080213426583},
    {"torch-cpu-f16",
     0u,
     0x4E373F3D7FE243BEu,
     0xE6E4FC491174514Fu,
     {-1.1259765625f, -1.15234375f, -0.25048828125f, -0.433837890625f},
     -0.007577664582640864,
     1.0042032888337136},
    {"torch-cuda",
     0u,
     0x5E14BF668FADB2FDu,
     0x6B1945E76756BC8Du,
     {-0.9246625900268555f, -0.4253441393375397f, -2.643845796585083f, 0.14518387615680695f},
     -0.00694543510642287,
     1.0008768401982835},
    {"torch-cpu",
     1592514025u,
     0x36C5FEB4C3188AFDu,
     0x803A06933EE4C16Cu,
     {-0.19285787642002106f, 0.6177704930305481f, -0.8240349292755127f, -1.052154779434204f},
     0.0038037615261909963,
     0.9876421994387096},
    {"torch-cpu-f16",
     1592514025u,
     0x36C5FEB4C3188AFDu,
     0x2D28DE6C64F53253u,
     {-0.19287109375f, 0.61767578125f, -0.82421875f, -1.0517578125f},
     0.0038040774379624054,
     0.9876432432649275},
    {"torch-cuda",
     1592514025u,
     0xAB9901BF326A855Fu,
     0x090C1F9DB37CB7CAu,
     {0.15417888760566711f, 0.5363971590995789f, 0.29598212242126465f, -0.5687230229377747f},
     0.0014024781390311603,
     0.9965437164812885},
};

TEST(NoiseReport, IsWhatTorchDraws) {
  for (const NoiseReport& expected : kExpected) {
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
