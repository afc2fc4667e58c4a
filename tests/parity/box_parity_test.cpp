// Compares the model in the box with the numbers that its training code computed with PyTorch (golden/emoji-128).
#include <gtest/gtest.h>

#include "checkpoint/checkpoint.h"
#include "diffusion/sampler.h"
#include "diffusion/strength.h"
#include "parity/test_models.h"
#include "pipelines/guided_network.h"
#include "support/golden.h"
#include "text/clip_tokenizer.h"

namespace redraw {
namespace {

constexpr Tolerance kNetwork{.max_abs = 1e-4, .rms_relative = 1e-5};

class BoxModel : public ::testing::Test {
 protected:
  GoldenTensor map(const SafetensorsFile& file, const char* name) const {
    return nchw_to_nhwc(read_golden(file, name));
  }

  Context context_{2};
  std::unique_ptr<Backend> backend_ = make_cpu_backend(context_);
  DiffusersFolder folder_ = DiffusersFolder::open(box_model());
  ModelSpec spec_ = Checkpoint::read_spec(box_model());
  UNet unet_{*backend_, parameters_of(folder_.weights("unet")), spec_.unet};
};

TEST_F(BoxModel, TokenizesThePromptsOfItsCard) {
  const char* prompts[] = {"fire",
                           "cat face, 3d",
                           "a red apple",
                           "Rocket!",
                           "ice cream, noto",
                           "",
                           "photograph of an astronaut riding a horse",
                           "crescent moon's 24 stars, flat"};
  const ClipTokenizer tokenizer = ClipTokenizer::load(folder_.part("tokenizer").folder);
  const GoldenTensor golden_ids = read_golden(golden("emoji-128/tokens.safetensors"), "ids");
  ASSERT_EQ(golden_ids.shape, (Shape{8, 77}));
  for (size_t i = 0; i < std::size(prompts); ++i) {
    const std::vector<int32_t> ids = tokenizer.tokenize(prompts[i]).ids;
    const auto row = golden_ids.values.begin() + static_cast<ptrdiff_t>(77 * i);
    EXPECT_TRUE(std::equal(ids.begin(), ids.end(), row, row + 77)) << prompts[i];
  }
}

TEST_F(BoxModel, TextEncoderMatches) {
  const SafetensorsFile file = golden("emoji-128/text_encoder.safetensors");
  const ClipTextModel model(*backend_, parameters_of(folder_.weights("text_encoder")), *spec_.text_encoder);
  const GoldenTensor ids = read_golden(file, "ids");
  const Tensor last = model.final_norm(model(std::vector<int32_t>(ids.values.begin(), ids.values.end())).hidden);
  ExpectClose("last_hidden_state", last.values(), read_golden(file, "last_hidden_state").values, kNetwork);
}

TEST_F(BoxModel, ARandomTextEncoderWithEveryLayerAtWorkMatches) {
  // The shipped encoder's second layer adds nothing, so it cannot show a mistake there. This one can.
  const auto weights = std::make_shared<const SafetensorsFile>(golden("emoji-128/tiny_text_model.safetensors"));
  const ClipTextConfig config{.vocab_size = 64,
                              .hidden_size = 32,
                              .intermediate_size = 128,
                              .num_hidden_layers = 3,
                              .num_attention_heads = 2,
                              .max_position_embeddings = 12};
  const ClipTextModel model(*backend_, parameters_of(weights), config);
  const GoldenTensor ids = read_golden(*weights, "ids");
  const Tensor last = model.final_norm(model(std::vector<int32_t>(ids.values.begin(), ids.values.end())).hidden);
  ExpectClose("last_hidden_state", last.values(), read_golden(*weights, "last_hidden_state").values,
              {.max_abs = 2e-5, .rms_relative = 1e-5});
}

TEST_F(BoxModel, UNetMatchesWithATimestepForEachRow) {
  const SafetensorsFile file = golden("emoji-128/unet.safetensors");
  const UNet::Prepared prepared =
      unet_.prepare({.context = read_golden(file, "context").tensor(), .pooled = {}, .time_ids = {}});
  const Tensor out = unet_(map(file, "latent").tensor(), read_golden(file, "timestep").floats(), prepared);
  ExpectClose("output", out.values(), map(file, "output").values, kNetwork);
}

TEST_F(BoxModel, VaeMatches) {
  const SafetensorsFile file = golden("emoji-128/vae.safetensors");
  const VaePosterior posterior =
      VaeEncoder(*backend_, parameters_of(folder_.weights("vae")), spec_.vae)(map(file, "image").tensor());
  ExpectClose("mean", posterior.mean.values(), map(file, "mean").values, kNetwork);
  ExpectClose("logvar", posterior.logvar.values(), map(file, "logvar").values, kNetwork);
  const VaeDecoder decoder(*backend_, parameters_of(folder_.weights("vae")), spec_.vae);
  ExpectClose("decoded", decoder(map(file, "latent").tensor()).values(), map(file, "decoded").values, kNetwork);
}

// Ten steps of DDIM at guidance 5. Another order of sums costs 1e-3 after them (golden/emoji-128/README.md).
void expect_run(const UNet& unet, const ModelSpec& spec, const SafetensorsFile& file, const SafetensorsFile& prompts,
                int64_t begin, std::vector<float> x) {
  const SamplingPlan plan = plan_sampling(find_sampler("ddim"), spec.scheduler, 10);
  GuidedNetwork network(
      unet,
      {.context = read_golden(prompts, "cond").tensor(), .negative_context = read_golden(prompts, "empty").tensor()},
      {1, 16, 16, 4});
  network.set_guidance(5, 0);
  const GoldenTensor latents = nchw_to_nhwc(read_golden(file, "latents"));
  const GoldenTensor timesteps = read_golden(file, "timesteps");
  int64_t steps = 0;
  const SamplerRun run{.begin = begin,
                       .denoise = std::ref(network),
                       .on_step =
                           [&](const StepInfo& info) {
                             EXPECT_EQ(info.timestep, timesteps.values[static_cast<size_t>(steps)]);
                             const auto row =
                                 std::span(latents.values).subspan(static_cast<size_t>(steps) * 1024, 1024);
                             ExpectClose("step " + std::to_string(++steps), info.latent, row, {.max_abs = 1e-3});
                             return true;
                           },
                       .noise = nullptr};
  EXPECT_TRUE(run_sampler(plan, run, x));
  EXPECT_EQ(steps, timesteps.shape[0]);
}

TEST_F(BoxModel, EveryLatentOfItsTextToImageRunMatches) {
  const SafetensorsFile file = golden("emoji-128/txt2img.safetensors");
  expect_run(unet_, spec_, file, file, 0, map(file, "noise").floats());
}

TEST_F(BoxModel, EveryLatentOfItsImageToImageRunMatches) {
  const SafetensorsFile file = golden("emoji-128/img2img.safetensors");
  const SamplingPlan plan = plan_sampling(find_sampler("ddim"), spec_.scheduler, 10);
  const int64_t begin = plan_strength(10, 0.7).begin;
  const std::vector<float> latent = map(file, "latent").floats();
  std::vector<float> x(latent.size());
  add_noise(plan.table, begin, latent, map(file, "noise").floats(), x);
  ExpectClose("noised", x, map(file, "noised").values, {.max_abs = 1e-5});
  expect_run(unet_, spec_, file, golden("emoji-128/txt2img.safetensors"), begin, x);
}

}  // namespace
}  // namespace redraw
