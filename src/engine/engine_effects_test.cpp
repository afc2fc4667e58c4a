// Each effect does what it is for, seen in the picture: that units below are right says nothing of their wiring.
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "engine/engine_test_support.h"
#include "image/decode/decode.h"

namespace redraw {
namespace {

int channel(const Result& picture, int64_t x, int64_t y, int64_t c) {
  return picture.rgb[static_cast<size_t>((y * picture.width + x) * 3 + c)];
}

// Mean difference of pairs of pixels; `other` gives the second of each.
template <typename Other>
double mean_difference(const Result& picture, int64_t width, int64_t height, const Other& other) {
  double sum = 0;
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      const auto [other_x, other_y] = other(x, y);
      for (int64_t c = 0; c < 3; ++c)
        sum += std::abs(channel(picture, x, y, c) - channel(picture, other_x, other_y, c));
    }
  }
  return sum / static_cast<double>(width * height * 3);
}

double left_from_right(const Result& p) {
  return mean_difference(p, p.width / 2, p.height, [&](int64_t x, int64_t y) { return std::pair(p.width - 1 - x, y); });
}

double top_from_bottom(const Result& p) {
  return mean_difference(p, p.width, p.height / 2,
                         [&](int64_t x, int64_t y) { return std::pair(x, p.height - 1 - y); });
}

// The step over the edge from the last column to the first, and from the last row to the first.
double seam_x(const Result& p) {
  return mean_difference(p, 1, p.height, [&](int64_t, int64_t y) { return std::pair(p.width - 1, y); });
}
double seam_y(const Result& p) {
  return mean_difference(p, p.width, 1, [&](int64_t x, int64_t) { return std::pair(x, p.height - 1); });
}

// A drawing that is not symmetric, redrawn almost wholly.
Request tree() {
  Request request = small_request();
  request.prompt = "tree";
  request.inputs.init = Picture::file(project_file("examples/tree-drawing.png"));
  request.steps.strength = 1.0;
  request.steps.steps = 6;
  return request;
}

Result made(const Request& request) {
  static Engine engine(2);
  return engine.run(request);
}

TEST(EngineEffects, SymmetryMirrorsTheHalvesThatItNames) {
  Request request = tree();
  request.effects.h_symmetry_time_pct = 1.0;
  const Result sideways = made(request);
  request.effects.h_symmetry_time_pct.reset();
  request.effects.v_symmetry_time_pct = 1.0;
  const Result upright = made(request);
  // The latent is mirrored exactly; the decoder, which is not symmetric, makes of that what it makes.
  EXPECT_LT(left_from_right(sideways), 0.8 * left_from_right(upright));
  EXPECT_LT(top_from_bottom(upright), 0.6 * top_from_bottom(sideways));
}

TEST(EngineEffects, SeamlessClosesTheEdgesThatItNames) {
  Request request = tree();
  request.inputs.init.reset();
  request.steps.strength.reset();
  request.prompt = "a tree on a green meadow, blue sky";
  request.effects.seamless_axes = std::vector<std::string>{"x"};
  const Result sideways = made(request);
  request.effects.seamless_axes = std::vector<std::string>{"y"};
  const Result upright = made(request);
  EXPECT_LT(seam_x(sideways), 0.6 * seam_x(upright));
  EXPECT_LT(seam_y(upright), 0.6 * seam_y(sideways));
}

TEST(EngineEffects, AVariationOfOneIsThePictureOfTheOtherSeed) {
  Request request = tree();
  request.noise.seed = 9;
  const Result other = made(request);
  request.noise.seed = 3;
  request.noise.variation_amount = 1.0;
  request.noise.variation_seed = 9;
  EXPECT_EQ(made(request).rgb, other.rgb);
  request.noise.variation_amount = 0.0;
  request.noise.variation_seed.reset();
  const Result none = made(request);
  request.noise.variation_amount.reset();
  EXPECT_EQ(made(request).rgb, none.rgb);
}

TEST(EngineEffects, ColoursAreTakenFromThePictureThatIsGiven) {
  const auto mean_of = [](const std::vector<uint8_t>& rgb, int64_t c) {
    double sum = 0;
    for (size_t i = static_cast<size_t>(c); i < rgb.size(); i += 3) sum += rgb[i];
    return sum / static_cast<double>(rgb.size() / 3);
  };
  Request request = tree();
  const Result plain = made(request);
  request.inputs.init_color = Picture::file(project_file("examples/apple-drawing.png"));
  const Result coloured = made(request);
  const std::vector<uint8_t> apple = decode_image_file(request.inputs.init_color->path()).image.pixels;
  const auto redness = [&](const std::vector<uint8_t>& rgb) { return mean_of(rgb, 0) - mean_of(rgb, 1); };
  EXPECT_LT(redness(plain.rgb), 0) << "a tree is green by itself";
  EXPECT_GT(redness(coloured.rgb), redness(apple) / 2);
}

// Of all values of the picture.
double share_of_extremes(const Result& p) {
  const auto count = std::ranges::count_if(p.rgb, [](uint8_t value) { return value == 0 || value == 255; });
  return static_cast<double>(count) / static_cast<double>(p.rgb.size());
}

// Of text to image, with a small picture: its latent is 8 by 8.
Request small_tree(const char* sampler = "ddim") {
  Request request = tree();
  request.inputs.init.reset();
  request.steps.strength.reset();
  request.steps.sampler = sampler;
  request.size.width = request.size.height = 64;
  request.steps.steps = 4;
  return request;
}

TEST(EngineEffects, AThresholdHoldsBackWhatRunsAwayAtHighGuidance) {
  for (const char* sampler : {"ddim", "k_lms"}) {
    Request request = small_tree(sampler);
    request.guidance.cfg_scale = 40.0;
    const Result wild = made(request);
    request.effects.threshold = 1.0;
    const Result held = made(request);
    EXPECT_LT(share_of_extremes(held), 0.2 * share_of_extremes(wild)) << sampler;
  }
}

// A field of Perlin noise is 0 at the corners of its cells, and a latent of 8 by 8 sees those alone.
TEST(EngineEffects, NothingButPerlinNoiseIsOneStartForEverySeedOfASmallPicture) {
  for (const char* sampler : {"ddim", "heun"}) {
    Request request = small_tree(sampler);
    request.noise.perlin = 1.0;
    const Result one = made(request);
    request.noise.seed = 4;
    EXPECT_EQ(made(request).rgb, one.rgb) << sampler;
    request.noise.perlin = 0.5;
    EXPECT_NE(made(request).rgb, one.rgb) << "half of the noise is the seed's";
  }
}

// Its spread is that of predictions (diffusion/cfg_rescale_test.cpp); after several steps a picture has no rule for it.
TEST(EngineEffects, CfgRescaleTouchesGuidedStepsAlone) {
  Request request = small_tree();
  request.guidance.cfg_scale = 1.0;
  const Result unguided = made(request);
  request.guidance.cfg_rescale = 0.7;
  EXPECT_EQ(made(request).rgb, unguided.rgb);
  request.guidance.cfg_scale = 6.0;
  const Result rescaled = made(request);
  request.guidance.cfg_rescale = 0.0;
  EXPECT_NE(made(request).rgb, rescaled.rgb);
}

TEST(EngineEffects, AGuidanceIntervalIsTheListOfScalesWithOnesOutsideIt) {
  for (const char* sampler : {"ddim", "dpmpp_sde"}) {
    Request request = small_tree(sampler);
    request.guidance.cfg_scale = 6.0;
    request.guidance.guidance_start = 0.25;
    request.guidance.guidance_end = 0.75;
    const Result interval = made(request);
    request.guidance = {};
    request.guidance.cfg_scales = {1, 6, 6, 1};  // of 4 steps those at 0.25 and 0.5
    EXPECT_EQ(made(request).rgb, interval.rgb) << sampler;
  }
}

// Where the steps draw nothing, it does not matter where they would draw from.
TEST(EngineEffects, StepNoiseMattersToSamplersThatDrawItAlone) {
  for (const char* source : {"own", "brownian"}) {
    Request request = small_tree("k_lms");
    const Result plain = made(request);
    request.noise.step_noise = source;
    EXPECT_EQ(made(request).rgb, plain.rgb) << source;
  }
}

}  // namespace
}  // namespace redraw
