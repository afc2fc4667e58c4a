// A tiny autoencoder instead of a model's own, or beside it for previews. The pictures must be those of the networks by
// themselves, which tiny_autoencoder_parity_test.cpp compares with diffusers'.
#include <algorithm>
#include <gtest/gtest.h>
#include <random>

#include "models/tiny_autoencoder.h"
#include "parity/test_models.h"
#include "pipelines/generate.h"
#include "pipelines/pixels.h"
#include "support/error_of.h"
#include "support/golden.h"
#include "support/temporary_folder.h"
#include "weights/safetensors/safetensors_writer.h"

namespace redraw {
namespace {

std::filesystem::path golden_folder() {
  return std::filesystem::path(REDRAW_SOURCE_DIR) / "tests/golden/taesd";
}

std::filesystem::path taesd() {
  return golden_folder() / "weights.safetensors";
}

bool same(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::equal(a.values().begin(), a.values().end(), b.values().begin());
}

class TinyVae : public ::testing::Test {
 protected:
  StableDiffusion open(const std::filesystem::path& model, const CheckpointOptions& options) {
    return {caches_, Checkpoint::open(model, options), {}};
  }
  StableDiffusion box(const CheckpointOptions& options = {}) { return open(box_model(), options); }

  static TinyAutoencoderConfig config() {
    return parse_tiny_autoencoder_config(JsonObject::read(golden_folder() / "config.json", FileOf::model));
  }
  static nn::Parameters parameters() {
    return parameters_of(std::make_shared<SafetensorsFile>(SafetensorsFile::open(taesd())));
  }

  GenerateRequest request(bool has_picture) const {
    GenerateRequest request;
    request.prompt = "fire";
    request.run.steps = 4;
    request.width = request.height = 64;
    if (has_picture) request.init = &picture_;
    return request;
  }

  struct Pictures {
    std::vector<Image> previews;
    Image final;
  };
  static Pictures run(StableDiffusion model, const GenerateRequest& request) {
    Pictures pictures;
    GenerateResult result =
        generate(model, request, plan_generation(model.spec(), request),
                 {.on_step = [&](const GenerateStep& step) { pictures.previews.push_back(step.preview(0)); }});
    pictures.final = std::move(result.images.front());
    return pictures;
  }

  static Image noise_picture() {
    Image picture{.width = 64, .height = 64, .pixels = std::vector<uint8_t>(64 * 64 * 3)};
    std::mt19937 random(5);
    for (uint8_t& x : picture.pixels) x = static_cast<uint8_t>(random());
    return picture;
  }

  Context context_{2};
  std::unique_ptr<Backend> backend_ = make_cpu_backend(context_);
  PipelineCaches caches_{*backend_};
  Image picture_ = noise_picture();
};

TEST_F(TinyVae, EncodesAndDecodesInTheUNetsScale) {
  StableDiffusion model = open(tiny_model("tiny-sd15").root(), {.vae = taesd()});
  ASSERT_NE(model.spec().vae.scaling_factor, 1.0) << "or a scale applied by mistake would not show";
  const Tensor latent = nchw_to_nhwc(read_golden(golden("taesd/case.safetensors"), "latent")).tensor();
  const Tensor pixels = TinyDecoder(*backend_, parameters(), config())(latent);
  EXPECT_EQ(model.decode_latent(latent).pixels, image_of_tensor(pixels).pixels);
  EXPECT_EQ(model.decode_preview(latent).pixels, image_of_tensor(pixels).pixels);
  const Tensor encoded = TinyEncoder(*backend_, parameters(), config())(tensor_of_image(backend_->pool(), picture_));
  EXPECT_TRUE(same(model.encode_to_latent(picture_), encoded));
  EXPECT_EQ(code_of([&] { model.encode_image(picture_); }), Code::usage);
}

TEST_F(TinyVae, PreviewsAreItsAndThePictureTheModelsOwn) {
  const GenerateRequest asked = request(true);
  const Pictures plain = run(box(), asked);
  const Pictures looked_on = run(box({.preview_vae = taesd()}), asked);
  EXPECT_EQ(plain.final.pixels, looked_on.final.pixels);
  ASSERT_EQ(plain.previews.size(), looked_on.previews.size());
  for (size_t i = 0; i < plain.previews.size(); ++i) {
    EXPECT_NE(plain.previews[i].pixels, looked_on.previews[i].pixels) << i;
  }
}

// From noise alone the latents do not depend on the decoder.
TEST_F(TinyVae, ARunDecodesItsLatentsWithIt) {
  const GenerateRequest asked = request(false);
  const Pictures previewed = run(box({.preview_vae = taesd()}), asked);
  const Pictures decoded = run(box({.vae = taesd()}), asked);
  EXPECT_EQ(previewed.previews.back().pixels, decoded.final.pixels);
  EXPECT_EQ(decoded.previews.back().pixels, decoded.final.pixels);
  EXPECT_NE(decoded.final.pixels, run(box(), asked).final.pixels);
}

// The picture that a run starts from shows in its result with either encoder.
TEST_F(TinyVae, ARunBeginsFromItsLatent) {
  const GenerateRequest asked = request(true);
  const Pictures own_start = run(box({.preview_vae = taesd()}), asked);
  const Pictures tiny_start = run(box({.vae = taesd()}), asked);
  EXPECT_NE(own_start.previews.back().pixels, tiny_start.final.pixels) << "the same decoder, another start";
}

// With only the decoder the latents are the same: the model's own encoder starts and the tiny decoder ends.
TEST_F(TinyVae, ALoneDecoderIsUsedWithTheModelsOwnEncoder) {
  const TemporaryFolder folder;
  const SafetensorsFile both = SafetensorsFile::open(taesd());
  std::vector<TensorToWrite> tensors;
  for (const TensorEntry& entry : both.tensors()) {
    if (!entry.name.starts_with("decoder.")) continue;
    tensors.push_back(
        {entry.name, entry.dtype, entry.shape, [&both, &entry](const ByteSink& sink) { sink(both.bytes(entry)); }});
  }
  write_safetensors(folder / "decoder.safetensors", tensors);
  for (const bool draws : {false, true}) {
    GenerateRequest asked = request(true);
    asked.vae_sample = draws;
    const Pictures own = run(box({.preview_vae = taesd()}), asked);
    const Pictures alone = run(box({.vae = folder / "decoder.safetensors"}), asked);
    EXPECT_EQ(alone.final.pixels, own.previews.back().pixels) << draws;
  }
}

TEST_F(TinyVae, WhatItCannotDoIsRefusedBeforeAnythingRuns) {
  const StableDiffusion whole = box({.vae = taesd()});
  GenerateRequest asked = request(true);
  asked.vae_sample = true;
  EXPECT_NE(message_of(Code::usage, [&] { plan_generation(whole.spec(), asked); }).find("posterior"),
            std::string::npos);
  ModelSpec decoder_alone = whole.spec();
  decoder_alone.vae_encodes = false;
  EXPECT_NE(
      message_of(Code::model_part_missing, [&] { plan_generation(decoder_alone, request(true)); }).find("encoder"),
      std::string::npos);
  EXPECT_GT(plan_generation(decoder_alone, request(false)).run.steps_to_run(), 0);
}

}  // namespace
}  // namespace redraw
