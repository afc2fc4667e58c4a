// Every picture of a batch equals the picture that it is alone.
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>
#include <set>

#include "models/unet.h"
#include "parity/edit_models.h"
#include "parity/test_models.h"
#include "pipelines/generate.h"
#include "pipelines/guided_network.h"
#include "pipelines/part_of.h"
#include "support/error_of.h"
#include "support/golden.h"
#include "support/sanitized.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

Image coloured_noise(int64_t side, uint32_t seed) {
  Image picture{.width = side, .height = side, .pixels = std::vector<uint8_t>(static_cast<size_t>(side * side * 3))};
  std::mt19937 random(seed);
  for (uint8_t& x : picture.pixels) x = static_cast<uint8_t>(random());
  return picture;
}

class Batch : public ::testing::Test {
 protected:
  static constexpr int64_t kSide = 64;

  GenerateRequest request(const char* sampler = "ddim") const {
    GenerateRequest request{.prompt = "fire", .negative = "water", .width = kSide, .height = kSide, .init = &picture_};
    request.run.sampler = find_named_sampler(sampler);
    request.run.steps = 4;
    // Everything that may differ between the pictures differs.
    request.noise = {
        NoiseRequest{.seed = 3},
        NoiseRequest{
            .source = &find_noise_source("torch-cuda"), .seed = 4, .perlin = 0.2, .step_noise = StepNoise::brownian},
        NoiseRequest{.seed = 5, .variations = {{.seed = 6, .weight = 0.3}}, .step_noise = StepNoise::own}};
    return request;
  }

  GenerateResult run(const GenerateRequest& request, const GenerateEvents& events = {}) {
    return generate(*model_, request, plan_generation(model_->spec(), request), events);
  }

  std::vector<Image> one_by_one(GenerateRequest request) {
    std::vector<Image> images;
    for (const NoiseRequest& noise : std::vector<NoiseRequest>(request.noise)) {
      request.noise = {noise};
      images.push_back(run(request).images.at(0));
    }
    return images;
  }

  // The pixels are the same, and the pictures differ from each other.
  void expect_same_as_one_by_one(const GenerateRequest& request, const std::string& what) {
    const std::vector<Image> batch = run(request).images;
    const std::vector<Image> alone = one_by_one(request);
    ASSERT_EQ(batch.size(), request.noise.size()) << what;
    for (size_t i = 0; i < batch.size(); ++i) {
      EXPECT_EQ(batch[i].pixels, alone[i].pixels) << what << ", picture " << i;
      EXPECT_NE(batch[i].pixels, alone[(i + 1) % alone.size()].pixels) << what << ", picture " << i;
    }
  }

  void open(const std::filesystem::path& path) {
    model_.emplace(caches_, Checkpoint::open(path), std::filesystem::path());
  }

  void SetUp() override { open(box_model()); }

  Context context_{2};
  std::unique_ptr<Backend> backend_ = make_cpu_backend(context_);
  PipelineCaches caches_{*backend_};
  std::optional<StableDiffusion> model_;
  Image picture_ = coloured_noise(kSide, 1);
};

TEST_F(Batch, HasThePicturesOfOneByOneInEverySampler) {
  int64_t index = 0;
  for (const SamplerInfo* sampler : samplers()) {
    if (!is_run(index++, 8) || sampler->couples_elements) continue;
    GenerateRequest asked = request(std::string(sampler->name).c_str());
    asked.run.steps = 3;
    asked.run.strength = 1;
    asked.noise.erase(asked.noise.begin());
    expect_same_as_one_by_one(asked, std::string(sampler->name));
  }
}

TEST_F(Batch, HasThemWithEveryKindOfGuidance) {
  GenerateRequest rescaled = request();
  rescaled.guidance.rescale = 0.7;
  expect_same_as_one_by_one(rescaled, "cfg_rescale");
  GenerateRequest unguided = request();
  unguided.guidance.scale = 1;
  expect_same_as_one_by_one(unguided, "no guidance");
  GenerateRequest interval = request("heun");
  interval.guidance.begin = 0.3;
  interval.guidance.end = 0.7;
  expect_same_as_one_by_one(interval, "an interval");
}

TEST_F(Batch, HasThemWithDrawsFromThePosterior) {
  GenerateRequest asked = request();
  asked.vae_sample = true;
  expect_same_as_one_by_one(asked, "vae_sample");
}

TEST_F(Batch, HasThemFromNoiseAloneAndInTwoPasses) {
  GenerateRequest asked = request("euler_a");
  asked.init = nullptr;
  expect_same_as_one_by_one(asked, "text to image");
  asked.width = asked.height = 128;
  asked.hires_fix = HiresFix{.width = 64, .height = 64, .strength = 0.5};
  expect_same_as_one_by_one(asked, "hires_fix");
}

TEST_F(Batch, HasThemWithEffectsWhichEachPictureDrawsForItself) {
  GenerateRequest asked = request("euler_a");
  asked.run.strength = 1;
  asked.run.steps = 6;
  asked.effects.threshold = 0.7;
  expect_same_as_one_by_one(asked, "threshold");
  asked.effects = {.threshold = 0, .h_symmetry = 0.5, .v_symmetry = 0.7};
  expect_same_as_one_by_one(asked, "symmetry");
}

TEST_F(Batch, HasThemInModelsThatSeeAPicture) {
  const TemporaryFolder folder;
  for (const EditModel& kind : kEditModels) {
    open(edit_model(folder, kind));
    ASSERT_NE(model_->spec().input, UNetInput::latent) << kind.pipeline_class;
    expect_same_as_one_by_one(request("euler"), kind.pipeline_class);
  }
}

TEST_F(Batch, RunsPicturesOneAfterTheOtherWhereTheSamplerCouplesThem) {
  for (const SamplerInfo* sampler : samplers()) {
    EXPECT_EQ(sampler->couples_elements, sampler->name == "dpm_adaptive") << sampler->name;
  }
  GenerateRequest asked = request("dpm_adaptive");
  asked.run.strength = 0.3;
  std::vector<int64_t> first_pictures;
  int64_t steps = 0;
  GenerateStep last;
  const GenerateResult adaptive = run(asked, {.on_step = [&](const GenerateStep& step) {
                                        EXPECT_EQ(step.index, steps++);
                                        EXPECT_EQ(step.pictures, 1);
                                        first_pictures.push_back(step.first_picture);
                                        last = step;
                                      }});
  EXPECT_EQ(std::set<int64_t>(first_pictures.begin(), first_pictures.end()), (std::set<int64_t>{0, 1, 2}));
  EXPECT_TRUE(std::is_sorted(first_pictures.begin(), first_pictures.end()));
  EXPECT_EQ(last.count, steps);
  EXPECT_EQ(adaptive.steps_run, steps);
  expect_same_as_one_by_one(asked, "dpm_adaptive");
}

TEST_F(Batch, TellsItsStepsOnceWithAPreviewOfEachPicture) {
  std::vector<Image> previews(3);
  int64_t steps = 0;
  const GenerateResult result = run(request(), {.on_step = [&](const GenerateStep& step) {
                                      ++steps;
                                      EXPECT_EQ(step.pictures, 3);
                                      EXPECT_EQ(step.first_picture, 0);
                                      for (int64_t i = 0; i < 3; ++i)
                                        previews[static_cast<size_t>(i)] = step.preview(i);
                                    }});
  EXPECT_EQ(result.steps_run, steps);
  EXPECT_EQ(result.network_rows, 2 * 3 * steps);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(previews[i].pixels, result.images[i].pixels) << "the last preview is it";
}

TEST_F(Batch, IsCancelledAsAWhole) {
  Cancellation cancellation;
  const Backend::RunScope scope(*backend_, cancellation);
  const GenerateResult stopped = run(request(), {.on_step = [&](const GenerateStep& step) {
                                       if (step.index == 1) cancellation.cancel();
                                     }});
  EXPECT_TRUE(stopped.cancelled);
  EXPECT_TRUE(stopped.images.empty());
  EXPECT_EQ(stopped.steps_run, 2);
}

TEST_F(Batch, OfNoPicturesIsRefused) {
  GenerateRequest asked = request();
  asked.noise.clear();
  EXPECT_EQ(code_of([&] { plan_generation(model_->spec(), asked); }), Code::internal);
}

// The network's result for each picture, compared to the last bit.
class BatchOfRows : public ::testing::TestWithParam<const char*> {};

TEST_P(BatchOfRows, IsBitForBitThatOfEachPictureAlone) {
  const Context context(2);
  const auto backend = make_cpu_backend(context);
  const DiffusersFolder folder =
      std::string(GetParam()) == "box" ? DiffusersFolder::open(box_model()) : tiny_model(GetParam());
  const UNetConfig config = parse_unet_config(folder.config("unet"));
  const UNet unet(*backend, parameters_of(folder.weights("unet")), config);
  constexpr int64_t kPictures = 3;
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  const auto draw = [&](Shape shape) {
    Tensor t = Tensor::zeros(shape);
    for (float& x : t.values()) x = normal(random);
    return t;
  };
  NetworkConditions conditions{.context = draw({1, 77, config.cross_attention_dim}),
                               .negative_context = draw({1, 77, config.cross_attention_dim})};
  if (config.has_added_conditions()) {
    conditions.time_ids = {128, 128, 0, 0, 128, 128};
    const int64_t width = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim;
    conditions.pooled = draw({1, width});
    conditions.negative_pooled = draw({1, width});
  }
  const Tensor latents = draw({kPictures, 16, 16, config.in_channels});
  const auto predict = [&](std::span<const float> x, int64_t pictures) {
    GuidedNetwork network(unet, conditions, {pictures, 16, 16, config.in_channels});
    network.set_guidance(7.5, 0.7);
    std::vector<float> out(x.size());
    network({.x = x, .timestep = 500, .output = out, .unconditional = {}});
    return out;
  };
  const std::vector<float> together = predict(latents.values(), kPictures);
  for (int64_t i = 0; i < kPictures; ++i) {
    const std::vector<float> alone = predict(part_of(std::span<const float>(latents.values()), i, kPictures), 1);
    const std::span<const float> own = part_of(std::span<const float>(together), i, kPictures);
    EXPECT_TRUE(std::ranges::equal(alone, own))
        << "picture " << i << ", largest difference "
        << compare(own, std::vector<double>(alone.begin(), alone.end())).max_abs;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, BatchOfRows, ::testing::Values("box", "tiny-sd15", "tiny-sd21", "tiny-sdxl"),
                         [](const auto& info) {
                           const std::string name = info.param;
                           return name.starts_with("tiny-") ? name.substr(5) : name;
                         });

}  // namespace
}  // namespace redraw
