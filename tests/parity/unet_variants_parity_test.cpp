// Compares UNets that leave blocks out or take more channels with diffusers: whole tensors, by the two rules of
// docs/testing.md. They are small and have made-up weights (tools/goldens/make_unet_variants.py says what each variant
// stands for).
#include <gtest/gtest.h>

#include "models/unet.h"
#include "parity/test_models.h"
#include "support/error_of.h"
#include "support/golden.h"

namespace redraw {
namespace {

constexpr Tolerance kTiny{.max_abs = 2e-5, .rms_relative = 1e-5};

struct Case {
  const char* size;
  int t;
};
constexpr Case kCases[] = {{"16x16", 999}, {"16x16", 1}, {"21x13", 500}};

std::string output_name(const Case& c) {
  return std::string(c.size) + "/t" + std::to_string(c.t) + "/out";
}

class UNetVariant : public ::testing::TestWithParam<const char*> {
 protected:
  std::filesystem::path folder() const {
    return std::filesystem::path(REDRAW_SOURCE_DIR) / "tests/golden/unet-variants" / GetParam();
  }
  UNetConfig config() const { return parse_unet_config(JsonObject::read(folder() / "config.json", FileOf::model)); }
  nn::Parameters parameters() const {
    return parameters_of(std::make_shared<SafetensorsFile>(SafetensorsFile::open(folder() / "weights.safetensors")));
  }

  Tensor run(const nn::Parameters& p, const UNetConfig& config, const Case& c) {
    UNetConditions conditions{.context = read_golden(file_, "context").tensor(), .pooled = {}, .time_ids = {}};
    if (config.has_added_conditions()) {
      conditions.pooled = read_golden(file_, "pooled").tensor();
      conditions.time_ids = read_golden(file_, "time_ids").floats();
    }
    const UNet unet(*backend_, p, config);
    const auto t = static_cast<float>(c.t);
    return unet(nchw_to_nhwc(read_golden(file_, std::string(c.size) + "/x")).tensor(), {&t, 1},
                unet.prepare(conditions));
  }

  Difference difference(const Tensor& ours, const Case& c) const {
    return compare(ours.values(), nchw_to_nhwc(read_golden(file_, output_name(c))).values);
  }

  Context context_{2};
  std::unique_ptr<Backend> backend_ = make_cpu_backend(context_);
  SafetensorsFile file_ = golden(std::string("unet-variants/") + GetParam() + "/case.safetensors");
};

TEST_P(UNetVariant, Matches) {
  for (const Case& c : kCases) {
    const std::string name = output_name(c);
    const Tensor ours = run(parameters(), config(), c);
    const GoldenTensor in_float = nchw_to_nhwc(read_golden(file_, name));
    ASSERT_EQ(ours.shape(), in_float.shape) << name;
    ExpectClose(name, ours.values(), in_float.values, kTiny);
    const GoldenTensor in_double = nchw_to_nhwc(read_golden(file_, name + "/f64"));
    const Difference of_reference = compare(in_float.floats(), in_double.values);
    const Difference of_ours = compare(ours.values(), in_double.values);
    EXPECT_LE(of_ours.rms_relative, 2 * of_reference.rms_relative) << name << ": noise rule, RMS";
    EXPECT_LE(of_ours.max_abs, 2 * of_reference.max_abs) << name << ": noise rule, maximum";
  }
}

// A transformer one block short, while the file has more. Nothing is missing, and only the numbers show it.
TEST_P(UNetVariant, ParityNoticesATransformerLessDeep) {
  UNetConfig wrong = config();
  int64_t* deepest = &wrong.middle_depth;
  if (wrong.middle != UNetConfig::Middle::transformer) *deepest = 0;
  for (UNetConfig::Level& level : wrong.levels) {
    for (std::vector<int64_t>* depths : {&level.down_depth, &level.up_depth}) {
      for (int64_t& depth : *depths) deepest = depth > *deepest ? &depth : deepest;
    }
  }
  ASSERT_GT(*deepest, 0);
  *deepest -= 1;
  EXPECT_GT(difference(run(parameters(), wrong, kCases[0]), kCases[0]).max_abs, kTiny.max_abs);
}

TEST_P(UNetVariant, AMiddleTooMuchHasNoTensorsAndOneTooLittleIsNoticed) {
  UNetConfig wrong = config();
  if (wrong.middle == UNetConfig::Middle::none) {
    wrong.middle = UNetConfig::Middle::resnet;
    message_of(Code::tensor_missing, [&] { run(parameters(), wrong, kCases[0]); });
    return;
  }
  wrong.middle =
      wrong.middle == UNetConfig::Middle::transformer ? UNetConfig::Middle::resnet : UNetConfig::Middle::none;
  EXPECT_GT(difference(run(parameters(), wrong, kCases[0]), kCases[0]).max_abs, kTiny.max_abs);
}

TEST_P(UNetVariant, ParityNoticesAnotherNormEpsilon) {
  UNetConfig wrong = config();
  wrong.norm_eps = 1e-6f;
  EXPECT_GT(difference(run(parameters(), wrong, kCases[0]), kCases[0]).max_abs, kTiny.max_abs);
}

INSTANTIATE_TEST_SUITE_P(Kinds, UNetVariant,
                         ::testing::Values("ssd1b", "small-sd", "tiny-sd", "koala", "inpaint", "pix2pix"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace redraw
