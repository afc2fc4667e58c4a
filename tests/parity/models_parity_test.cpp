// Compares the networks of the tiny SD 1, SD 2 and SDXL checkpoints with diffusers and transformers, whole tensors.
//
// Two rules apply (docs/testing.md). The first is that document's fixed limits for tiny models. The second is the noise
// rule: our distance from the reference in double precision is at most twice the distance of the reference in float32.
#include <algorithm>
#include <gtest/gtest.h>

#include "models/clip_text.h"
#include "models/unet.h"
#include "models/vae.h"
#include "parity/test_models.h"
#include "support/error_of.h"
#include "support/golden.h"

namespace redraw {
namespace {

constexpr Tolerance kTiny{.max_abs = 2e-5, .rms_relative = 1e-5};

class TinyModel : public ::testing::TestWithParam<const char*> {
 protected:
  std::string arch() const { return GetParam(); }
  DiffusersFolder folder() const { return tiny_model(arch()); }
  nn::Parameters parameters(const char* part) const { return parameters_of(folder().weights(part)); }

  Context context_{2};
  std::unique_ptr<Backend> backend_ = make_cpu_backend(context_);
};

std::vector<float> floats(const GoldenTensor& golden) {
  return golden.floats();
}

// ours: already channels-last or in token order. golden: in PyTorch's order; maps are converted to ours.
GoldenTensor in_our_layout(const SafetensorsFile& file, const std::string& name) {
  GoldenTensor golden = read_golden(file, name);
  return golden.shape.rank() == 4 ? nchw_to_nhwc(golden) : golden;
}

void expect_parity(const SafetensorsFile& file, const std::string& name, const Tensor& ours) {
  const GoldenTensor in_float = in_our_layout(file, name);
  ASSERT_EQ(ours.shape(), in_float.shape) << name;
  ExpectClose(name, ours.values(), in_float.values, kTiny);
  const GoldenTensor in_double = in_our_layout(file, name + "/f64");
  const Difference of_reference = compare(in_float.floats(), in_double.values);
  const Difference of_ours = compare(ours.values(), in_double.values);
  EXPECT_LE(of_ours.rms_relative, 2 * of_reference.rms_relative) << name << ": noise rule, RMS";
  EXPECT_LE(of_ours.max_abs, 2 * of_reference.max_abs) << name << ": noise rule, maximum";
}

std::vector<int32_t> ids_of(const SafetensorsFile& file, const char* name) {
  const GoldenTensor golden = read_golden(file, name);
  return {golden.values.begin(), golden.values.end()};
}

TEST_P(TinyModel, TextEncodersMatch) {
  const SafetensorsFile file = golden(arch() + "/text.safetensors");
  for (const char* part : {"text_encoder", "text_encoder_2"}) {
    if (!folder().has(part)) continue;
    const ClipTextConfig config = parse_clip_text_config(folder().config(part));
    const ClipTextModel model(*backend_, parameters(part), config);
    const bool zero_padded = arch() == "tiny-sd21" || std::string(part) == "text_encoder_2";
    const std::vector<int32_t> ids = ids_of(file, zero_padded ? "ids_zero_padded" : "ids");
    const ClipTextOutput out = model(ids);
    const Tensor last = model.final_norm(out.hidden);
    const Tensor penultimate = model(ids, 1).hidden;
    const std::string prefix = std::string(part) + "/";
    expect_parity(file, prefix + "last_hidden_state", last);
    expect_parity(file, prefix + "penultimate", penultimate);
    expect_parity(file, prefix + "penultimate_normed", model.final_norm(penultimate));
    if (out.text_embeds) {
      expect_parity(file, prefix + "text_embeds", out.text_embeds);
    } else {
      expect_parity(file, prefix + "pooled", model.pooled(last, ids));
    }
  }
}

void expect_equal(const Tensor& a, const Tensor& b, int64_t skipped) {
  ASSERT_EQ(a.shape(), b.shape());
  EXPECT_TRUE(std::ranges::equal(a.values(), b.values())) << skipped << " layers left out";
}

// A model without its last layers is a model that has fewer. The projection still comes after all layers.
TEST_P(TinyModel, TextEncodersGiveTheStateBeforeAnyOfTheirLayers) {
  const std::vector<int32_t> ids = ids_of(golden(arch() + "/text.safetensors"), "ids");
  for (const char* part : {"text_encoder", "text_encoder_2"}) {
    if (!folder().has(part)) continue;
    const ClipTextConfig config = parse_clip_text_config(folder().config(part));
    const ClipTextModel model(*backend_, parameters(part), config);
    const ClipTextOutput whole = model(ids);
    for (int64_t skipped = 0; skipped <= config.num_hidden_layers; ++skipped) {
      const ClipTextOutput out = model(ids, skipped);
      ClipTextConfig fewer = config;
      fewer.num_hidden_layers -= skipped;
      const ClipTextModel shorter(*backend_, parameters(part), fewer);
      expect_equal(out.hidden, shorter(ids).hidden, skipped);
      ASSERT_EQ(bool(out.text_embeds), config.projection_dim > 0);
      if (out.text_embeds) expect_equal(out.text_embeds, whole.text_embeds, skipped);
    }
    for (const int64_t wrong : {int64_t{-1}, config.num_hidden_layers + 1}) {
      const std::string message = message_of(Code::out_of_range, [&] { model(ids, wrong); });
      EXPECT_NE(message.find("has " + std::to_string(config.num_hidden_layers) + " layers"), std::string::npos)
          << message;
    }
  }
}

TEST_P(TinyModel, TextEncoderParityNoticesAnotherActivation) {
  const SafetensorsFile file = golden(arch() + "/text.safetensors");
  ClipTextConfig config = parse_clip_text_config(folder().config("text_encoder"));
  config.hidden_act = config.hidden_act == Activation::gelu ? Activation::gelu_tanh : Activation::gelu;
  const ClipTextModel model(*backend_, parameters("text_encoder"), config);
  const std::vector<int32_t> ids = ids_of(file, arch() == "tiny-sd21" ? "ids_zero_padded" : "ids");
  const Tensor last = model.final_norm(model(ids).hidden);
  const GoldenTensor expected = read_golden(file, "text_encoder/last_hidden_state");
  EXPECT_GT(compare(last.values(), expected.values).max_abs, kTiny.max_abs);
}

UNetConditions conditions(const SafetensorsFile& file, bool has_added) {
  UNetConditions result{.context = read_golden(file, "context").tensor(), .pooled = {}, .time_ids = {}};
  if (has_added) {
    result.pooled = read_golden(file, "pooled").tensor();
    result.time_ids = floats(read_golden(file, "time_ids"));
  }
  return result;
}

TEST_P(TinyModel, UNetMatches) {
  const SafetensorsFile file = golden(arch() + "/unet.safetensors");
  const UNetConfig config = parse_unet_config(folder().config("unet"));
  const UNet unet(*backend_, parameters("unet"), config);
  const UNet::Prepared prepared = unet.prepare(conditions(file, config.has_added_conditions()));
  for (const std::string size : {"16x16", "24x8"}) {
    const Tensor x = in_our_layout(file, size + "/x").tensor();
    for (const float t : {999.0f, 500.0f, 1.0f}) {
      expect_parity(file, size + "/t" + std::to_string(static_cast<int>(t)) + "/out", unet(x, {&t, 1}, prepared));
    }
  }
}

TEST_P(TinyModel, UNetGivesTheSameWithOneTimestepForAllOrOneEach) {
  const SafetensorsFile file = golden(arch() + "/unet.safetensors");
  const UNetConfig config = parse_unet_config(folder().config("unet"));
  const UNet unet(*backend_, parameters("unet"), config);
  const UNet::Prepared prepared = unet.prepare(conditions(file, config.has_added_conditions()));
  const float each[] = {500, 500};
  const Tensor out = unet(in_our_layout(file, "16x16/x").tensor(), each, prepared);
  ExpectClose("t500", out.values(), in_our_layout(file, "16x16/t500/out").values, kTiny);
}

TEST_P(TinyModel, UNetParityNoticesAnotherNormEpsilon) {
  const SafetensorsFile file = golden(arch() + "/unet.safetensors");
  UNetConfig config = parse_unet_config(folder().config("unet"));
  config.norm_eps = 1e-6f;
  const UNet unet(*backend_, parameters("unet"), config);
  const float t = 999;
  const Tensor out = unet(in_our_layout(file, "16x16/x").tensor(), {&t, 1},
                          unet.prepare(conditions(file, config.has_added_conditions())));
  EXPECT_GT(compare(out.values(), in_our_layout(file, "16x16/t999/out").values).max_abs, kTiny.max_abs);
}

TEST_P(TinyModel, VaeMatches) {
  const SafetensorsFile file = golden(arch() + "/vae.safetensors");
  const VaeConfig config = parse_vae_config(folder().config("vae"));
  const VaePosterior posterior =
      VaeEncoder(*backend_, parameters("vae"), config)(in_our_layout(file, "image").tensor());
  expect_parity(file, "mean", posterior.mean);
  expect_parity(file, "logvar", posterior.logvar);
  expect_parity(file, "decoded",
                VaeDecoder(*backend_, parameters("vae"), config)(in_our_layout(file, "latent").tensor()));
}

TEST_P(TinyModel, VaeParityNoticesSwappedQueriesAndKeys) {
  const SafetensorsFile file = golden(arch() + "/vae.safetensors");
  const VaeConfig config = parse_vae_config(folder().config("vae"));
  const nn::Parameters wrong = swapped(parameters("vae"), ".to_q.", ".to_k.");
  const VaePosterior posterior = VaeEncoder(*backend_, wrong, config)(in_our_layout(file, "image").tensor());
  EXPECT_GT(compare(posterior.mean.values(), in_our_layout(file, "mean").values).max_abs, kTiny.max_abs);
  const Tensor decoded = VaeDecoder(*backend_, wrong, config)(in_our_layout(file, "latent").tensor());
  EXPECT_GT(compare(decoded.values(), in_our_layout(file, "decoded").values).max_abs, kTiny.max_abs);
}

INSTANTIATE_TEST_SUITE_P(Families, TinyModel, ::testing::Values("tiny-sd15", "tiny-sd21", "tiny-sdxl"),
                         [](const auto& info) { return std::string(info.param).substr(5); });

TEST(ReferenceBackend, RunsAWholeUNet) {  // the seam for a second device; the model does not know which it runs on
  const Context context(1);
  const auto backend = make_reference_backend(context);
  const DiffusersFolder folder = tiny_model("tiny-sd15");
  const SafetensorsFile file = golden("tiny-sd15/unet.safetensors");
  const UNet unet(*backend, parameters_of(folder.weights("unet")), parse_unet_config(folder.config("unet")));
  const float t = 500;
  const Tensor out = unet(in_our_layout(file, "24x8/x").tensor(), {&t, 1}, unet.prepare(conditions(file, false)));
  ExpectClose("24x8/t500/out", out.values(), in_our_layout(file, "24x8/t500/out/f64").values, kTiny);
}

}  // namespace
}  // namespace redraw
