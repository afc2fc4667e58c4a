// Compares the networks at their published sizes with diffusers and transformers (golden/full-*). Each checkpoint is
// read as a single file and as a diffusers folder. scripts/prove-full-size makes the checkpoints and runs this.
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>

#include "checkpoint/checkpoint.h"
#include "models/unet.h"
#include "support/golden.h"

namespace redraw {
namespace {

constexpr Tolerance kText{.max_abs = 1e-4, .rms_relative = 1e-5};
constexpr Tolerance kUNet{.max_abs = 5e-4, .rms_relative = 5e-5};
constexpr Tolerance kVae{.max_abs = 1e-3, .rms_relative = 1e-4};

struct Case {
  const char* arch;
  const char* layout;              ///< the path's end after the architecture's name
  std::vector<const char*> sizes;  ///< of the golden's latents
};

class FullSize : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("REDRAW_FULL_SIZE_MODELS");
    if (folder == nullptr) GTEST_SKIP() << "no weights: scripts/prove-full-size makes them";
    path_ = std::filesystem::path(folder) / (std::string(GetParam().arch) + GetParam().layout);
    if (!std::filesystem::exists(path_)) GTEST_SKIP() << "no weights: " << path_ << " was not made";
    checkpoint_.emplace(Checkpoint::open(path_));
    checkpoint_->require_whole();
  }

  SafetensorsFile golden_of(const std::string& part) const {
    return golden("full-" + std::string(GetParam().arch) + "/" + part + ".safetensors");
  }
  bool is_sd2() const { return checkpoint_->spec().family == Family::sd2; }
  nn::Parameters parameters(const char* part) const { return parameters_of(checkpoint_->part(part)); }

  std::filesystem::path path_;
  std::optional<Checkpoint> checkpoint_;
  Context context_{Context::available_processors()};
  std::unique_ptr<Backend> backend_ = make_cpu_backend(context_);
};

GoldenTensor in_our_layout(const SafetensorsFile& file, const std::string& name) {
  GoldenTensor tensor = read_golden(file, name);
  return tensor.shape.rank() == 4 ? nchw_to_nhwc(tensor) : tensor;
}

void expect_close(const SafetensorsFile& file, const std::string& name, const Tensor& ours,
                  const Tolerance& tolerance) {
  const Difference difference = ExpectClose(name, ours.values(), in_our_layout(file, name).values, tolerance);
  std::printf("  %-36s max %.1e of %.0e, rms %.1e of %.0e\n", name.c_str(), difference.max_abs, tolerance.max_abs,
              difference.rms_relative, tolerance.rms_relative);
}

TEST_P(FullSize, TextEncoders) {
  const SafetensorsFile file = golden_of("text");
  for (const std::string part : {"text_encoder", "text_encoder_2"}) {
    const auto& config = part == "text_encoder" ? checkpoint_->spec().text_encoder : checkpoint_->spec().text_encoder_2;
    if (!config) continue;
    const ClipTextModel model(*backend_, parameters(part.c_str()), *config);
    const bool is_zero_padded = is_sd2() || part == "text_encoder_2";
    const GoldenTensor golden_ids = read_golden(file, is_zero_padded ? "ids_zero_padded" : "ids");
    const std::vector<int32_t> ids(golden_ids.values.begin(), golden_ids.values.end());
    const ClipTextOutput out = model(ids);
    const Tensor last = model.final_norm(out.hidden);
    if (is_sd2() && checkpoint_->layout() == Layout::ldm) {
      // A single file of SD 2 uses its last layer but one. The golden has that layer under this name.
      expect_close(file, part + "/penultimate_normed", last, kText);
      continue;
    }
    expect_close(file, part + "/last_hidden_state", last, kText);
    expect_close(file, part + "/penultimate", model(ids, 1).hidden, kText);
    if (out.text_embeds) expect_close(file, part + "/text_embeds", out.text_embeds, kText);
  }
}

TEST_P(FullSize, UNet) {
  const SafetensorsFile file = golden_of("unet");
  const UNet unet(*backend_, parameters("unet"), checkpoint_->spec().unet);
  UNetConditions conditions{.context = read_golden(file, "context").tensor(), .pooled = {}, .time_ids = {}};
  if (checkpoint_->spec().unet.has_added_conditions()) {
    conditions.pooled = read_golden(file, "pooled").tensor();
    conditions.time_ids = read_golden(file, "time_ids").floats();
  }
  const UNet::Prepared prepared = unet.prepare(conditions);
  for (const std::string size : GetParam().sizes) {
    for (const float t : {999.0f, 500.0f, 1.0f}) {
      const std::string name = size + "/t" + std::to_string(static_cast<int>(t)) + "/out";
      expect_close(file, name, unet(in_our_layout(file, size + "/x").tensor(), {&t, 1}, prepared), kUNet);
    }
  }
  // A planted defect: a timestep that is 3 off must be beyond the limits.
  const float wrong = 996;
  const std::string size = GetParam().sizes.front();
  const Tensor other = unet(in_our_layout(file, size + "/x").tensor(), {&wrong, 1}, prepared);
  EXPECT_GT(compare(other.values(), in_our_layout(file, size + "/t999/out").values).max_abs, kUNet.max_abs);
}

TEST_P(FullSize, Vae) {
  const SafetensorsFile file = golden_of("vae");
  const VaeConfig& config = checkpoint_->spec().vae;
  const VaePosterior posterior =
      VaeEncoder(*backend_, parameters("vae"), config)(in_our_layout(file, "image").tensor());
  expect_close(file, "mean", posterior.mean, kVae);
  expect_close(file, "logvar", posterior.logvar, kVae);
  const VaeDecoder decoder(*backend_, parameters("vae"), config);
  expect_close(file, "decoded", decoder(in_our_layout(file, "latent").tensor()), kVae);
}

INSTANTIATE_TEST_SUITE_P(
    Models, FullSize,
    ::testing::Values(Case{"sd15", ".safetensors", {"64x64", "72x56"}}, Case{"sd15", "", {"64x64", "72x56"}},
                      Case{"sd21", ".safetensors", {"48x48", "56x40"}}, Case{"sd21", "", {"48x48", "56x40"}},
                      Case{"sdxl", ".safetensors", {"32x32", "40x24"}}, Case{"sdxl", "", {"32x32", "40x24"}}),
    [](const auto& info) {
      const std::string layout = info.param.layout;
      return std::string(info.param.arch) + (layout.empty() ? "_folder" : "_file");
    });

}  // namespace
}  // namespace redraw
