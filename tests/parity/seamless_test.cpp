// Networks that wrap have no edge. A rolled map gives the rolled result, wherever its seam is. Attention and norms know
// no positions, so this holds except for rounding. One convolution that does not wrap breaks it.
#include <cmath>
#include <gtest/gtest.h>
#include <random>

#include "diffusion/seeded_streams.h"
#include "diffusion/strength.h"
#include "models/unet.h"
#include "models/vae.h"
#include "parity/test_models.h"
#include "pipelines/generate.h"
#include "pipelines/guided_network.h"
#include "support/golden.h"

namespace redraw {
namespace {

constexpr WrapAxes kBoth{.x = true, .y = true};
// Norms and attention sum in another order, as for tiny models in docs/testing.md. Seen: at most 1e-5 and 3e-6. A seam
// makes an rms of 0.1 to 1.
constexpr Tolerance kRounding{.max_abs = 2e-5, .rms_relative = 1e-5};

// Row y of the result is row y - rows of the map. Columns likewise.
Tensor rolled(const Tensor& map, int64_t rows, int64_t columns) {
  Tensor out = Tensor::zeros(map.shape());
  const int64_t height = map.dim(1), width = map.dim(2), channels = map.dim(3);
  for (int64_t i = 0; i < map.elements(); ++i) {
    const int64_t c = i % channels, x = i / channels % width;
    const int64_t y = i / (channels * width) % height, n = i / (channels * width * height);
    const int64_t to_y = ((y + rows) % height + height) % height, to_x = ((x + columns) % width + width) % width;
    out.data()[((n * height + to_y) * width + to_x) * channels + c] = map.data()[i];
  }
  return out;
}

std::vector<double> doubles(const Tensor& t) {
  return {t.values().begin(), t.values().end()};
}

Tensor normal(Shape shape, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution;
  Tensor t = Tensor::zeros(shape);
  for (float& x : t.values()) x = distribution(random);
  return t;
}

using Network = std::function<Tensor(const Tensor& map, WrapAxes wrap)>;

// Rolls a map by `cells` rows, columns and both. The result must be rolled by `scale` times as many.
void expect_no_seam(const std::string& what, const Network& network, const Tensor& map, int64_t cells, double scale) {
  struct Axes {
    WrapAxes wrap;
    int64_t rows, columns;
  };
  const auto roll_out = [&](const Tensor& out, int64_t rows, int64_t columns) {
    return rolled(out, std::lround(scale * static_cast<double>(rows)),
                  std::lround(scale * static_cast<double>(columns)));
  };
  const WrapAxes x{.x = true, .y = false}, y{.x = false, .y = true};
  for (const Axes& a : {Axes{kBoth, cells, cells}, Axes{kBoth, -cells, 0}, Axes{x, 0, cells}, Axes{y, cells, 0}}) {
    const Tensor expected = roll_out(network(map, a.wrap), a.rows, a.columns);
    const Tensor ours = network(rolled(map, a.rows, a.columns), a.wrap);
    const std::string name = what + (a.wrap.x ? " x" : "") + (a.wrap.y ? " y" : "");
    ExpectClose(name, ours.values(), doubles(expected), kRounding);
  }
  // Along an axis that does not wrap there is a seam.
  for (const Axes& a : {Axes{{}, cells, cells}, Axes{x, cells, 0}, Axes{y, 0, cells}}) {
    const Tensor expected = roll_out(network(map, a.wrap), a.rows, a.columns);
    const Tensor ours = network(rolled(map, a.rows, a.columns), a.wrap);
    EXPECT_GT(compare(ours.values(), doubles(expected)).rms_relative, 0.05) << what;
  }
}

class Seamless : public ::testing::TestWithParam<const char*> {
 protected:
  DiffusersFolder folder() const {
    return std::string(GetParam()) == "box" ? DiffusersFolder::open(box_model()) : tiny_model(GetParam());
  }
  nn::Parameters parameters(const char* part) const { return parameters_of(folder().weights(part)); }

  Context context_{2};
  std::unique_ptr<Backend> backend_ = make_cpu_backend(context_);
};

TEST_P(Seamless, UNet) {
  const UNetConfig config = parse_unet_config(folder().config("unet"));
  const UNet unet(*backend_, parameters("unet"), config);
  const float t = 500;
  const Network network = [&](const Tensor& latent, WrapAxes wrap) {
    UNetConditions conditions{
        .context = normal({1, 7, config.cross_attention_dim}, 1), .pooled = {}, .time_ids = {}, .wrap = wrap};
    if (config.has_added_conditions()) {
      conditions.time_ids = {128, 128, 0, 0, 128, 128};
      conditions.pooled =
          normal({1, config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim}, 2);
    }
    return unet(latent, {&t, 1}, unet.prepare(conditions));
  };
  // Every level divides this many cells, so the strided convolutions read the same groups of them.
  const int64_t cells = int64_t{1} << (config.levels.size() - 1);
  expect_no_seam("unet", network, normal({1, 2 * cells, 3 * cells, config.in_channels}, 3), cells, 1);
}

TEST_P(Seamless, VaeDecoder) {
  const VaeConfig config = parse_vae_config(folder().config("vae"));
  const VaeDecoder decoder(*backend_, parameters("vae"), config);
  const Network network = [&](const Tensor& latent, WrapAxes wrap) { return decoder(latent, wrap); };
  expect_no_seam("decoder", network, normal({1, 5, 6, config.latent_channels}, 4), 1,
                 static_cast<double>(config.downscale()));
}

TEST_P(Seamless, VaeEncoder) {
  const VaeConfig config = parse_vae_config(folder().config("vae"));
  const VaeEncoder encoder(*backend_, parameters("vae"), config);
  const int64_t cells = config.downscale();
  const Tensor image = normal({1, 5 * cells, 6 * cells, config.in_channels}, 5);
  const double scale = 1.0 / static_cast<double>(cells);
  expect_no_seam(
      "mean", [&](const Tensor& map, WrapAxes wrap) { return encoder(map, wrap).mean; }, image, cells, scale);
  expect_no_seam(
      "logvar", [&](const Tensor& map, WrapAxes wrap) { return encoder(map, wrap).logvar; }, image, cells, scale);
}

INSTANTIATE_TEST_SUITE_P(Models, Seamless, ::testing::Values("tiny-sd15", "tiny-sdxl", "box"), [](const auto& info) {
  const std::string name = info.param;
  return name.starts_with("tiny-") ? name.substr(5) : name;
});

// The steps of generate() by hand, so that each part has its own axes. On the box model, 128 pixels wide and high.
Image by_hand(StableDiffusion& model, const GenerateRequest& request, WrapAxes encoder, WrapAxes unet,
              WrapAxes decoder) {
  const GeneratePlan plan = plan_generation(model.spec(), request);
  const auto source = request.noise.front().source->make(request.noise.front().seed).normal;
  const Shape shape{1, 16, 16, 4};
  Tensor planes = Tensor::zeros({1, 4, 16, 16});
  source->normal(planes.values());
  const std::vector<float> noise = nchw_to_nhwc(std::span<const float>(planes.values()), planes.shape());
  Tensor clean = model.encode_image(*request.init, encoder).mean;
  for (float& x : clean.values()) x *= static_cast<float>(model.spec().vae.scaling_factor);
  std::vector<float> latent(noise.size());
  add_noise(plan.run.table(), plan.run.begin, clean.values(), noise, latent);
  const auto net = model.unet();
  GuidedNetwork network(*net,
                        {.context = model.encode_prompt(request.prompt).context,
                         .negative_context = model.encode_prompt(request.negative).context,
                         .wrap = unet},
                        shape);
  network.set_guidance(request.guidance.scale, 0);
  const SamplerRun run{.begin = plan.run.begin,
                       .denoise = std::ref(network),
                       .on_step = [](const StepInfo&) { return true; },
                       .noise = nullptr};
  EXPECT_TRUE(run_sampler(plan.run.sampling, run, latent));
  return model.decode_latent(Tensor::from(shape, latent), decoder);
}

TEST(SeamlessRun, TellsEncoderUNetDecoderAndPreviewsWhereToWrap) {
  const Context context(2);
  const auto backend = make_cpu_backend(context);
  PipelineCaches caches(*backend);
  StableDiffusion model(caches, Checkpoint::open(box_model()), {});
  Image picture{.width = 128, .height = 128, .pixels = std::vector<uint8_t>(128 * 128 * 3)};
  std::mt19937 random(6);
  for (uint8_t& x : picture.pixels) x = static_cast<uint8_t>(random());
  GenerateRequest request;
  request.prompt = "fire";
  request.run.steps = 4;
  request.width = request.height = 128;
  request.init = &picture;
  for (const WrapAxes wrap : {WrapAxes{}, WrapAxes{.x = true, .y = false}, WrapAxes{.x = false, .y = true}, kBoth}) {
    request.seamless = wrap;
    Image preview;
    const GenerateResult result = generate(model, request, plan_generation(model.spec(), request),
                                           {.on_step = [&](const GenerateStep& step) { preview = step.preview(0); }});
    ASSERT_EQ(result.images.size(), 1);
    EXPECT_EQ(result.images.front().pixels, by_hand(model, request, wrap, wrap, wrap).pixels);
    EXPECT_EQ(result.images.front().pixels, preview.pixels) << "the last preview is the picture";
    if (!wrap.any()) continue;
    // Each part changes the pixels, so forgetting one is noticed.
    EXPECT_NE(result.images.front().pixels, by_hand(model, request, {}, wrap, wrap).pixels);
    EXPECT_NE(result.images.front().pixels, by_hand(model, request, wrap, {}, wrap).pixels);
    EXPECT_NE(result.images.front().pixels, by_hand(model, request, wrap, wrap, {}).pixels);
  }
}

}  // namespace
}  // namespace redraw
