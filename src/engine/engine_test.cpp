#include "redraw/engine.h"

#include <cmath>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.h"
#include "engine/engine_test_support.h"
#include "request/fields.h"
#include "support/error_of.h"

namespace redraw {
namespace {

TEST(Engine, EqualRequestsGiveEqualBytes) {
  Engine engine(2);
  const Result first = engine.run(small_request());
  const Result again = engine.run(small_request());
  EXPECT_EQ(first.png, again.png);
  Engine other(2);
  EXPECT_EQ(first.png, other.run(small_request()).png);
  Request different = small_request();
  different.noise.seed = 4;
  EXPECT_NE(first.rgb, engine.run(different).rgb);
}

TEST(Engine, StatesThePlanAndWritesItIntoTheMetadata) {
  Engine engine(2);
  SchedulePlan plan;
  std::vector<Note> notes;
  std::vector<double> timesteps;
  const Result result =
      engine.run(small_request(), {.on_plan = [&](const SchedulePlan& told) { plan = told; },
                                   .on_note = [&](const Note& note) { notes.push_back(note); },
                                   .on_step = [&](const Step& step) { timesteps.push_back(step.timestep); }});
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_EQ(notes[0].code, "picture_fit");
  EXPECT_EQ(notes[0].text, "picture kept at 128x128");
  EXPECT_TRUE(plan.line.starts_with("strength 0.5 x 4 steps: running 2 of 4, from t=251, sigma=")) << plan.line;
  EXPECT_EQ(notes[1].kind, NoteKind::hint);
  EXPECT_EQ(notes[1].text, "2 steps are few; with steps 40 this strength runs 20, with exact_steps all 4");
  const auto guidance = std::ranges::find(plan.values, "cfg_scale", &UsedValue::field);
  ASSERT_NE(guidance, plan.values.end());
  EXPECT_EQ(guidance->origin, "model");
  EXPECT_EQ(timesteps, (std::vector<double>{251, 1}));
  const nlohmann::json metadata = nlohmann::json::parse(result.metadata);
  EXPECT_EQ(metadata["plan"]["steps_run"], 2);
  EXPECT_EQ(metadata["request"]["cfg_scale"], 4.0);
  EXPECT_FALSE(metadata.contains("origins")) << "who chose a value is not part of the picture";
  EXPECT_EQ(metadata["request"]["init"], "fire-drawing.png");
  EXPECT_EQ(result.steps_run, 2);
}

TEST(Engine, CancellingEndsTheRunWithinAStep) {
  Engine engine(2);
  Request request = small_request();
  request.steps.steps = 40;
  int64_t steps = 0;
  const Cancellation cancellation;
  const Result result = engine.run(request,
                                   {.on_step =
                                        [&](const Step& step) {
                                          steps = step.index + 1;
                                          if (steps == 2) cancellation.cancel();
                                        }},
                                   cancellation);
  EXPECT_TRUE(result.cancelled);
  EXPECT_EQ(result.steps_run, 2);
  EXPECT_TRUE(result.png.empty());
}

TEST(Engine, CancellingOneOfThreeRunsLeavesTheOthersAsTheyWere) {
  Engine alone(2);
  const Result expected = alone.run(small_request());
  Engine engine(2);
  EXPECT_EQ(engine.run(small_request()).png, expected.png);
  for (const int64_t at : {0, 1}) {
    const Cancellation cancellation;
    const auto on_step = [&](const Step& step) {
      if (step.index == at) cancellation.cancel();
    };
    EXPECT_TRUE(engine.run(small_request(), {.on_step = on_step}, cancellation).cancelled) << at;
    EXPECT_EQ(engine.run(small_request()).png, expected.png) << at;
  }
  const Cancellation before;
  before.cancel();
  EXPECT_TRUE(engine.run(small_request(), {}, before).cancelled);
  EXPECT_EQ(engine.run(small_request()).png, expected.png);
}

TEST(Engine, MakesTheStripAndTheIntermediatesThatWereAskedFor) {
  Engine engine(2);
  Request request = small_request();
  request.output.step_strip = true;
  request.output.save_intermediates = 2;
  const Result result = engine.run(request);
  ASSERT_EQ(result.extras.size(), 2u);
  EXPECT_EQ(result.extras[0].tag, "step-02");
  EXPECT_EQ(result.extras[1].tag, "steps");
  const Result plain = engine.run(small_request());
  EXPECT_EQ(plain.rgb, result.rgb) << "looking on changes nothing";
}

TEST(Engine, ATinyAutoencoderForPreviewsChangesThemAndNotThePicture) {
  const std::string tiny = std::string(REDRAW_SOURCE_DIR) + "/tests/golden/taesd/weights.safetensors";
  Engine engine(2);
  Request request = small_request();
  request.output.step_strip = true;
  request.output.save_intermediates = 1;
  const Result plain = engine.run(request);
  request.output.preview_vae = tiny;
  const Result looked_on = engine.run(request);
  EXPECT_EQ(looked_on.rgb, plain.rgb);
  ASSERT_EQ(looked_on.extras.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_NE(looked_on.extras[i].png, plain.extras[i].png) << looked_on.extras[i].tag;
  request.model.vae = tiny;
  EXPECT_NE(engine.run(request).rgb, plain.rgb);
  request.inputs.vae_sample = true;
  EXPECT_NE(message_of(Code::usage, [&] { engine.run(request); }).find("vae_sample"), std::string::npos);
}

TEST(Engine, ThePictureTellsNamesAndNeverPlaces) {
  const TemporaryFolder folder;
  const std::string source = REDRAW_SOURCE_DIR;
  for (const char* file : {"config.json", "diffusion_pytorch_model.safetensors"}) {
    std::filesystem::create_directories(folder / "some autoencoder");
    std::filesystem::copy_file(source + "/models/emoji-128/vae/" + file, folder / "some autoencoder" / file);
  }
  Engine engine(2);
  Request request = small_request();
  request.model.vae = (folder / "some autoencoder").string() + "/";
  request.output.preview_vae = source + "/tests/golden/taesd/weights.safetensors";
  request.inputs.init_color = Picture::file(source + "/examples/tree-drawing.png");
  const Result result = engine.run(request);
  const nlohmann::json fields = nlohmann::json::parse(result.metadata)["request"];
  EXPECT_EQ(fields["init"], "fire-drawing.png");
  EXPECT_EQ(fields["init_color"], "tree-drawing.png");
  EXPECT_EQ(fields["vae"], "some autoencoder");
  EXPECT_FALSE(fields.contains("preview_vae")) << "previews are not part of the picture";
  for (const std::string& place : {source, folder.path().string()}) {
    EXPECT_EQ(result.metadata.find(place), std::string::npos) << result.metadata;
  }
}

TEST(Engine, ADrawnSeedIsReportedAndReproduces) {
  Engine engine(2);
  Request request = small_request();
  request.noise.seed.reset();
  const Result drawn = engine.run(request);
  request.noise.seed = drawn.seed;
  EXPECT_EQ(engine.run(request).rgb, drawn.rgb);
}

TEST(Engine, ASeedBeyond32BitsIsTorchs) {
  Engine engine(2);
  const auto run = [&](uint64_t seed, const char* noise) {
    Request request = small_request();
    request.noise.seed = seed;
    request.noise.noise = noise;
    return engine.run(request);
  };
  constexpr uint64_t kSeed = 112358132141;
  const Result result = run(kSeed, "torch-cpu");
  EXPECT_EQ(result.seed, kSeed);
  EXPECT_EQ(result.rgb, run(kSeed & 0xFFFFFFFFu, "torch-cpu").rgb) << "torch's mt19937 is seeded with the low 32 bits";
  EXPECT_NE(run(kSeed, "torch-cuda").rgb, run(kSeed & 0xFFFFFFFFu, "torch-cuda").rgb) << "Philox with all 64";
  const Result last = run(UINT64_MAX, "torch-cpu");
  EXPECT_NE(last.metadata.find("\"seed\":18446744073709551615"), std::string::npos) << last.metadata;
}

TEST(Engine, SeveralImagesAreThoseOfOneSeedAfterTheOther) {
  Engine engine(2);
  Request request = small_request();
  request.output.images = 3;
  request.noise.seed = 18446744073709551614u;
  const std::vector<Result> results = each_of(engine, request);
  ASSERT_EQ(results.size(), 3u);
  request.output.images.reset();
  for (size_t i = 0; i < 3; ++i) {
    const uint64_t seeds[] = {18446744073709551614u, 18446744073709551615u, 0};
    request.noise.seed = seeds[i];
    EXPECT_EQ(results[i].png, engine.run(request).png) << "metadata and all, as if it had been asked for alone";
  }
  request.output.images = 2;
  EXPECT_NE(message_of(Code::usage, [&] { engine.run(request); }).find("run_each"), std::string::npos);
}

TEST(Engine, VariationsKeepTheSeedAndAreWrittenAsTheyAreAskedForAgain) {
  Engine engine(2);
  Request request = small_request();
  request.noise.variation_amount = 0.2;
  request.noise.variation_seed = 11;
  request.output.images = 2;
  const std::vector<Result> results = each_of(engine, request);
  ASSERT_EQ(results.size(), 2u);
  EXPECT_NE(results[0].rgb, results[1].rgb);
  EXPECT_NE(results[0].rgb, engine.run(small_request()).rgb);
  Request again = small_request();
  again.noise.with_variations = std::vector<SeedWeight>{{.seed = 12, .weight = 0.2}};
  EXPECT_EQ(engine.run(again).rgb, results[1].rgb);
  EXPECT_EQ(nlohmann::json::parse(results[1].metadata)["request"]["with_variations"],
            nlohmann::json::parse(R"([{"seed": 12, "weight": 0.2}])"));
  again.noise.with_variations = std::vector<SeedWeight>{{.seed = 12, .weight = 0}};
  EXPECT_EQ(engine.run(again).rgb, engine.run(small_request()).rgb) << "no weight, no change";
  again.noise.seed.reset();
  message_of(Code::usage, [&] { engine.run(again); });
}

// Each effect reaches text to image and image to image, whatever the sampler: InvokeAI's were without effect in half of
// them. What each does to a picture is in engine_effects_test.cpp. Here it is enough that there is another picture,
// since after a few steps of a sampler that draws noise no property of all of them holds.
TEST(Engine, EveryEffectShowsInEverySamplerAndBothWays) {
  struct Effect {
    const char* name;
    void (*ask)(Request& request);
  };
  const Effect effects[] = {
      {"variation", [](Request& r) { r.noise.with_variations = std::vector<SeedWeight>{{.seed = 9, .weight = 0.3}}; }},
      {"perlin", [](Request& r) { r.noise.perlin = 0.3; }},
      {"threshold", [](Request& r) { r.effects.threshold = 0.8; }},
      {"h symmetry", [](Request& r) { r.effects.h_symmetry_time_pct = 0.5; }},
      {"v symmetry", [](Request& r) { r.effects.v_symmetry_time_pct = 0.5; }},
      {"seamless", [](Request& r) { r.effects.seamless_axes = std::vector<std::string>{"x"}; }},
      {"cfg rescale", [](Request& r) { r.guidance.cfg_rescale = 0.7; }},
      {"guidance interval", [](Request& r) { r.guidance.guidance_start = 0.3; }},
  };
  Engine engine(2);
  for (const char* sampler : {"ddim", "k_lms", "heun", "dpmpp_sde"}) {
    for (bool has_picture : {false, true}) {
      Request plain = small_request();
      plain.steps.sampler = sampler;
      plain.size.width = plain.size.height = 64;
      if (!has_picture) {
        plain.inputs.init.reset();
        plain.steps.strength.reset();
      }
      const Result without = engine.run(plain);
      for (const Effect& effect : effects) {
        Request request = plain;
        effect.ask(request);
        EXPECT_NE(engine.run(request).rgb, without.rgb) << effect.name << ", " << sampler << ", " << has_picture;
      }
    }
  }
}

TEST(Engine, StepsOutsideTheGuidanceIntervalSkipTheUnconditionalHalf) {
  Engine engine(2);
  Request request = small_request();
  request.inputs.init.reset();
  request.steps.strength.reset();
  request.steps.steps = 10;
  EXPECT_EQ(engine.run(request).network_rows, 20);
  request.guidance.guidance_start = 0.2;
  request.guidance.guidance_end = 0.5;
  EXPECT_EQ(engine.run(request).network_rows, 13);
  request.guidance.guidance_start.reset();
  request.guidance.guidance_end.reset();
  request.guidance.cfg_scales = {7, 7, 1, 1, 1, 1, 1, 1, 0, 0};
  EXPECT_EQ(engine.run(request).network_rows, 12);
  request.guidance.cfg_scales = {7, 7};
  EXPECT_EQ(message_of(Code::out_of_range, [&] { engine.run(request); }),
            "cfg_scales has 2 entries, but 10 steps are run; give one for each");
  request.guidance.cfg_scales = {4, 4, 4, 4, 4, 4, 4, 4, 4, 4};
  const Result listed = engine.run(request);
  request.guidance.cfg_scales.reset();
  EXPECT_EQ(listed.rgb, engine.run(request).rgb);
}

TEST(Engine, TheHighResolutionFixRunsTwoPasses) {
  Engine engine(2);
  Request request = small_request();
  request.inputs.init.reset();
  request.steps.strength.reset();
  request.size.width = 192;
  request.size.height = 128;
  request.size.hires_fix = true;
  request.size.hires_strength = 0.5;
  int64_t steps = 0;
  const Result result = engine.run(request, {.on_step = [&](const Step& step) {
                                     EXPECT_EQ(step.index, steps++);
                                     EXPECT_EQ(step.count, 6);
                                   }});
  EXPECT_EQ(result.steps_run, 6);  // 4 of the first pass, int(4 * 0.5) of the second
  EXPECT_EQ(result.width, 192);
  request.size.width = 128;
  message_of(Code::usage, [&] { engine.run(request); });
}

// One noise is as good as another: nothing but "another picture" can be said. That samplers which draw none do not care
// is in engine_effects_test.cpp, the sources themselves in pipelines.
TEST(Engine, StepNoiseComesFromWhereItIsAskedFor) {
  Engine engine(2);
  Request request = small_request();
  request.steps.sampler = "euler_a";
  const Result continued = engine.run(request);
  request.noise.step_noise = "own";
  EXPECT_NE(engine.run(request).rgb, continued.rgb);
  request.steps.sampler = "k_dpmpp_2m_sde";
  request.noise.step_noise.reset();
  const Result drawn = engine.run(request);
  request.noise.step_noise = "brownian";
  EXPECT_NE(engine.run(request).rgb, drawn.rgb);
  request.noise.step_noise = "owl";
  EXPECT_NE(message_of(Code::unknown_name, [&] { engine.run(request); }).find("'own'"), std::string::npos);
}

TEST(Engine, RefusesFieldsThatMeanNothingTogether) {
  Engine engine(2);
  const auto refused = [&](void (*ask)(Request&)) {
    Request request = small_request();
    ask(request);
    return message_of(Code::usage, [&] { engine.run(request); });
  };
  refused([](Request& r) { r.steps.denoising_start = 0.5; });
  refused([](Request& r) { r.noise.variation_seed = 3; });
  refused([](Request& r) { r.size.hires_strength = 0.5; });
  refused([](Request& r) { r.size.hires_fix = true; });
  refused([](Request& r) {
    r.steps.sampler = "euler_k";
    r.steps.schedule = "exponential";
  });
  refused([](Request& r) {
    r.steps.sigmas = std::vector<double>{3, 1, 0};
    r.steps.schedule = "karras";
  });
}

TEST(Engine, SizesThatAreNoMultiplesOf8AreRefusedWithTheNearest) {
  Engine engine(2);
  Request request = small_request();
  request.inputs.init.reset();
  request.steps.strength.reset();
  request.size.width = 100;
  request.size.height = 128;
  EXPECT_NE(message_of(Code::bad_size, [&] { engine.run(request); }).find("the nearest are 96 and 104"),
            std::string::npos);
}

}  // namespace
}  // namespace redraw
