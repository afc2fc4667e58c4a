#include "diffusion/latent_threshold.h"

#include <gtest/gtest.h>
#include <limits>
#include <string>

#include "diffusion/test_support.h"
#include "diffusion/torch_cpu_generator.h"
#include "support/golden.h"

namespace redraw {
namespace {

constexpr LatentShape kShape{7, 6, 4};
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const char* const kLimits[] = {"0.5", "1.5", "2.5", "3.5", "20.0"};

UniformSource torch_uniform(uint64_t seed) {
  return [generator = TorchCpuGenerator(seed)](std::span<float> out) mutable { generator.uniform(out); };
}

std::vector<float> latent_of(const SafetensorsFile& file, const std::string& name) {
  return nchw_to_nhwc(read_golden(file, "threshold/" + name).floats(), Shape{1, 4, 7, 6});
}

TEST(LatentThreshold, ReplacesWhatTheReferenceReplacesByTheSameNumbers) {
  const SafetensorsFile file = golden("rng/latent_effects.safetensors");
  for (const char* latent : {"latent", "skewed"}) {
    for (const char* limit : kLimits) {
      for (const char* progress : {"0.0", "0.1", "0.2", "0.9"}) {
        const std::string name = std::string("threshold/2.3/") + latent + "/" + limit + "/" + progress;
        std::vector<float> ours = latent_of(file, latent);
        const int64_t replaced =
            replace_beyond_threshold(std::stod(limit), std::stod(progress), torch_uniform(5), kShape, ours);
        EXPECT_EQ(replaced, read_golden(file, name + "/altered").values[0]) << name;
        EXPECT_EQ(ours, nchw_to_nhwc(read_golden(file, name)).floats()) << name;
      }
    }
  }
}

TEST(LatentThreshold, LeavesALatentWithinItAndAnyAtZeroAsItIs) {
  const UniformSource nothing = [](std::span<float>) { FAIL() << "drawn"; };
  std::vector<float> ours = latent_of(golden("rng/latent_effects.safetensors"), "latent");
  const std::vector<float> before = ours;
  EXPECT_EQ(replace_beyond_threshold(0, 0.5, nothing, kShape, ours), 0);
  EXPECT_EQ(replace_beyond_threshold(100, 0.5, nothing, kShape, ours), 0);
  clamp_to_limit(0, ours);
  clamp_to_limit(100, ours);
  EXPECT_EQ(ours, before);
}

TEST(LatentThreshold, ClampsThePredictionAsInvoke2Point2) {
  const SafetensorsFile file = golden("rng/latent_effects.safetensors");
  for (const char* latent : {"latent", "skewed"}) {
    for (const char* limit : kLimits) {
      std::vector<float> ours = latent_of(file, latent);
      clamp_to_limit(std::stod(limit), ours);
      const std::string name = std::string("threshold/2.2.5/") + latent + "/" + limit;
      EXPECT_EQ(ours, nchw_to_nhwc(read_golden(file, name)).floats()) << name;
    }
  }
}

TEST(LatentThreshold, EasesTheLimitInOverTheWarmUp) {
  const SafetensorsFile file = golden("rng/latent_effects.safetensors");
  struct Run {
    const char* limit;
    int64_t steps;
  };
  for (const Run& run : {Run{"0.5", 10}, {"5.0", 10}, {"5.0", 50}, {"12.0", 100}, {"3.0", 1}}) {
    const std::string name = std::string("threshold/2.2.5/limits/") + run.limit + "/" + std::to_string(run.steps);
    const std::vector<double> expected = read_golden(file, name).values;
    ASSERT_EQ(expected.size(), static_cast<size_t>(run.steps + 3));
    for (size_t call = 0; call < expected.size(); ++call) {
      EXPECT_NEAR(eased_in_limit(std::stod(run.limit), run.steps, static_cast<int64_t>(call)), expected[call], 1e-12)
          << name << " " << call;
    }
  }
  EXPECT_EQ(eased_in_limit(0, 10, 0), 0);  // off stays off
}

TEST(LatentThreshold, RefusesWhatIsOutOfRange) {
  std::vector<float> latent(7 * 6 * 4);
  const auto code = [&](double threshold, double progress) {
    return thrown_by([&] { replace_beyond_threshold(threshold, progress, torch_uniform(0), kShape, latent); }).code;
  };
  EXPECT_EQ(code(-1, 0.5), Code::out_of_range);
  EXPECT_EQ(code(kNan, 0.5), Code::out_of_range);
  EXPECT_EQ(replace_beyond_threshold(kMaxThreshold, 0.5, torch_uniform(0), kShape, latent), 0);
  EXPECT_EQ(thrown_by([&] { clamp_to_limit(1000.5, latent); }).message, "threshold is 1000.5, but must be 0 to 1000");
  EXPECT_EQ(code(1, -0.1), Code::out_of_range);
  EXPECT_EQ(code(1, 1.1), Code::out_of_range);
  EXPECT_EQ(code(1, kNan), Code::out_of_range);
  EXPECT_EQ(thrown_by([&] { clamp_to_limit(-1, latent); }).code, Code::out_of_range);
  EXPECT_EQ(thrown_by([&] { eased_in_limit(-1, 10, 0); }).code, Code::out_of_range);
  EXPECT_EQ(thrown_by([&] { eased_in_limit(1, 0, 0); }).code, Code::out_of_range);
  EXPECT_EQ(thrown_by([&] { eased_in_limit(1, 10, -1); }).code, Code::out_of_range);
  latent.pop_back();
  EXPECT_EQ(code(1, 0.5), Code::internal);
}

}  // namespace
}  // namespace redraw
