// Runs networks that take more channels than the latent, inpainting and InstructPix2Pix, and compares every latent with
// diffusers' pipelines (golden/edit). Contexts, noise and extra channels are fixed.
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "diffusion/sampler.h"
#include "models/unet.h"
#include "parity/test_models.h"
#include "pipelines/guided_network.h"
#include "support/golden.h"

namespace redraw {
namespace {

constexpr int64_t kSide = 16;
constexpr int64_t kSteps = 6;
constexpr double kGuidance = 7.5;
constexpr double kPictureGuidance = 1.5;

SchedulerConfig golden_config() {
  SchedulerConfig config;
  config.beta_start = 0.00085;
  config.beta_end = 0.012;
  config.beta_schedule = BetaSchedule::scaled_linear;
  config.clip_sample = false;
  config.set_alpha_to_one = false;
  config.steps_offset = 1;
  return config;
}

// As in pipelines_parity_test: these made-up weights make the latents grow. A float32 loop can hold 1e-5 of the largest
// value.
double limit_for(const std::vector<double>& expected) {
  double largest = 0;
  for (double x : expected) largest = std::max(largest, std::abs(x));
  return std::max(1e-4, 1e-5 * largest);
}

class EditRun : public ::testing::TestWithParam<std::tuple<const char*, const char*>> {
 protected:
  std::string kind() const { return std::get<0>(GetParam()); }
  std::string sampler() const { return std::get<1>(GetParam()); }
  bool edits_picture() const { return kind() == "pix2pix"; }

  UNet unet() const {
    const auto folder = std::filesystem::path(REDRAW_SOURCE_DIR) / "tests/golden/unet-variants" / kind();
    const auto weights = std::make_shared<SafetensorsFile>(SafetensorsFile::open(folder / "weights.safetensors"));
    return {*backend_, parameters_of(weights),
            parse_unet_config(JsonObject::read(folder / "config.json", FileOf::model))};
  }

  std::vector<float> nhwc(const std::string& name) const { return nchw_to_nhwc(read_golden(file_, name)).floats(); }

  // The mask, if there is one, and the latent of the picture.
  Tensor extra_channels() const {
    Tensor picture = nchw_to_nhwc(read_golden(file_, "picture")).tensor();
    if (edits_picture()) return picture;
    const std::vector<float> mask = nhwc("mask");
    Tensor channels = Tensor::zeros({1, kSide, kSide, 5});
    for (int64_t pixel = 0; pixel < kSide * kSide; ++pixel) {
      channels.data()[pixel * 5] = mask[static_cast<size_t>(pixel)];
      std::copy_n(picture.data() + pixel * 4, 4, channels.data() + pixel * 5 + 1);
    }
    return channels;
  }

  NetworkConditions conditions() const {
    return {.context = read_golden(file_, "context").tensor(),
            .negative_context = read_golden(file_, "negative_context").tensor(),
            .extra_channels = extra_channels(),
            .guides_by_picture = edits_picture()};
  }

  // Runs the loop and compares every latent. Returns the largest difference as a share of its limit.
  double largest_share_of_limit(const NetworkConditions& conditions, double picture_scale) {
    const UNet network_alone = unet();
    GuidedNetwork network(network_alone, conditions, {1, kSide, kSide, 4});
    network.set_guidance(kGuidance, 0, picture_scale);
    const SamplingPlan plan = plan_sampling(find_sampler(sampler()), golden_config(), kSteps);
    std::vector<float> x(kSide * kSide * 4);
    start_from_noise(plan.table, nhwc("noise"), x);
    double largest = 0;
    const auto look = [&](int64_t step, std::span<const float> latent) {
      const GoldenTensor expected = nchw_to_nhwc(read_golden(file_, sampler() + "/x" + std::to_string(step)));
      largest = std::max(largest, compare(latent, expected.values).max_abs / limit_for(expected.values));
    };
    look(0, x);
    const SamplerRun run{.denoise = std::ref(network), .on_step = [&](const StepInfo& info) {
                           look(info.index + 1, info.latent);
                           return true;
                         }};
    EXPECT_TRUE(run_sampler(plan, run, x));
    EXPECT_EQ(network.rows(), kSteps * (edits_picture() ? 3 : 2));
    return largest;
  }

  Context context_{2};
  std::unique_ptr<Backend> backend_ = make_cpu_backend(context_);
  SafetensorsFile file_ = golden("edit/" + kind() + ".safetensors");
};

TEST_P(EditRun, EveryLatentMatches) {
  EXPECT_LE(largest_share_of_limit(conditions(), kPictureGuidance), 1);
}

TEST_P(EditRun, NoticesGuidanceByThePictureThatIsOnePercentOff) {
  if (!edits_picture()) GTEST_SKIP() << "is guided by the prompt alone";
  EXPECT_GT(largest_share_of_limit(conditions(), kPictureGuidance * 1.01), 1);
}

TEST_P(EditRun, NoticesExtraChannelsThatAreOnePercentOff) {
  NetworkConditions scaled = conditions();
  for (float& x : scaled.extra_channels.values()) x *= 1.01f;
  EXPECT_GT(largest_share_of_limit(scaled, kPictureGuidance), 1);
}

TEST_P(EditRun, WithoutGuidanceOneRowSeesPromptAndChannels) {
  const UNet network_alone = unet();
  GuidedNetwork network(network_alone, conditions(), {1, kSide, kSide, 4});
  network.set_guidance(1, 0, kPictureGuidance);
  const std::vector<float> x = nhwc("noise");
  std::vector<float> output(x.size());
  network({.x = x, .timestep = 500, .output = output, .unconditional = {}});
  EXPECT_EQ(network.rows(), 1);

  const Tensor extra = extra_channels();
  const int64_t width = extra.shape().back();
  Tensor input = Tensor::zeros({1, kSide, kSide, 4 + width});
  for (int64_t i = 0; i < input.elements(); ++i) {
    const int64_t pixel = i / (4 + width), channel = i % (4 + width);
    input.data()[i] =
        channel < 4 ? x[static_cast<size_t>(pixel * 4 + channel)] : extra.data()[pixel * width + channel - 4];
  }
  const float t = 500;
  const Tensor expected = network_alone(
      input, {&t, 1},
      network_alone.prepare({.context = read_golden(file_, "context").tensor(), .pooled = {}, .time_ids = {}}));
  EXPECT_EQ(output, std::vector<float>(expected.values().begin(), expected.values().end()));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, EditRun, ::testing::Combine(::testing::Values("inpaint", "pix2pix"), ::testing::Values("ddim", "euler")),
    [](const auto& info) { return std::string(std::get<0>(info.param)) + "_" + std::get<1>(info.param); });

}  // namespace
}  // namespace redraw
