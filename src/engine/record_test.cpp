#include "engine/record.h"

#include <chrono>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/input_file.h"
#include "base/sha256.h"
#include "engine/record_reader.h"
#include "image/encode.h"
#include "library/model_files.h"
#include "library/model_registry.h"
#include "library/model_verify.h"
#include "redraw/engine.h"
#include "request/field_value.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

const std::string kSource = REDRAW_SOURCE_DIR;
const std::string kBoxModel = kSource + "/models/emoji-128";
const std::string kFire = kSource + "/examples/fire-drawing.png";

// 60x44: no size that fits a model, and of another shape than any square.
Picture wide_picture() {
  Image image{60, 44, std::vector<uint8_t>(60 * 44 * 3)};
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i * 7 % 251);
  return Picture::memory(encode_png(image), "wide.png");
}

Request tiny_request() {
  return {.prompt = "fire",
          .inputs = RequestInputs{.init = Picture::file(kFire)},
          .size = RequestSize{.width = 64, .height = 64},
          .steps = RequestSteps{.strength = 0.5, .steps = 2},
          .noise = RequestNoise{.seed = 3},
          .model = RequestModel{.model = kBoxModel}};
}

Request tiny_text_request() {
  Request request = tiny_request();
  request.inputs.init.reset();
  request.steps.strength.reset();
  return request;
}

/// A way to ask for a picture.
struct Asked {
  const char* what;
  void (*ask)(Request& request);
};

class RecordTest : public testing::Test {
 protected:
  Result run(const Request& request) { return engine_.run(request); }

  Result run(Request request, const Asked& asked) {
    asked.ask(request);
    return run(request);
  }

  Engine engine_{2};
};

// What the plan says of the values is what a person would type to have the same.
TEST_F(RecordTest, EveryValueThatWasUsedMayBeSpelledOutAndTheFileIsTheSame) {
  for (const Request& base : {tiny_request(), tiny_text_request()}) {
    const Result expected = run(base);
    Request all = base;
    ASSERT_GT(expected.plan.values.size(), 15u);
    for (const UsedValue& value : expected.plan.values) {
      const Field& field = find_field(value.field);
      if (field.kind == FieldKind::picture || value.field == "variation_seed") continue;
      Request one = base;
      set_field(one, field, parse_field(field, value.value));
      const bool needs_another = value.field == "hires_strength";  // means nothing without hires_fix
      if (needs_another) continue;
      EXPECT_EQ(run(one).png, expected.png) << value.field << " " << value.value;
      set_field(all, field, parse_field(field, value.value));
    }
    EXPECT_EQ(run(all).png, expected.png);
    // What the plan decides where a request leaves it open.
    all.steps.schedule = expected.plan.schedule;
    if (!expected.plan.spacing.empty()) all.steps.spacing = expected.plan.spacing;
    all.model.prediction = expected.plan.prediction_type;
    all.steps.eta = 0;
    EXPECT_EQ(run(all).png, expected.png);
  }
}

constexpr Asked kWaysToAsk[] = {
    {"as it is", [](Request&) {}},
    {"euler_k", [](Request& r) { r.steps.sampler = "euler_k"; }},
    {"DPM++ 2M Karras", [](Request& r) { r.steps.sampler = "DPM++ 2M Karras"; }},
    {"tcd", [](Request& r) { r.steps.sampler = "tcd"; }},
    {"by another rule",
     [](Request& r) {
       r.steps.semantics = "a1111";
       r.steps.sampler = "euler_a";
     }},
    {"k_ and few steps",
     [](Request& r) {
       r.steps.semantics = "invoke-2.3";
       r.steps.sampler = "k_lms";
     }},
    {"sigmas",
     [](Request& r) {
       r.steps.sampler = "euler";
       r.steps.sigmas = {5, 2, 0};
       r.steps.steps.reset();
     }},
    {"spacing", [](Request& r) { r.steps.spacing = "trailing"; }},
    {"exact steps", [](Request& r) { r.steps.exact_steps = true; }},
    {"denoising",
     [](Request& r) {
       r.steps.strength.reset();
       r.steps.denoising_start = 0.2;
       r.steps.denoising_end = 0.9;
     }},
    {"variation",
     [](Request& r) {
       r.noise.variation_amount = 0.2;
       r.noise.variation_seed = 18446744073709551615u;
     }},
    {"variations",
     [](Request& r) {
       r.noise.with_variations = {{.seed = 5, .weight = 0.1}, {.seed = 6, .weight = 0}};
     }},
    {"negative", [](Request& r) { r.negative = "grey, \"quoted\", grün"; }},
    {"seamless", [](Request& r) { r.effects.seamless = true; }},
    {"one axis", [](Request& r) { r.effects.seamless_axes = {"y"}; }},
    {"guidance",
     [](Request& r) {
       r.guidance.cfg_scales = {3.25};
       r.guidance.cfg_rescale = 0.7;
     }},
    {"effects",
     [](Request& r) {
       r.effects.threshold = 0.8;
       r.effects.h_symmetry_time_pct = 0.5;
     }},
    {"noise",
     [](Request& r) {
       r.noise.perlin = 0.3;
       r.noise.noise = "torch-cuda";
       r.noise.seed = 1ull << 40;
     }},
    {"posterior", [](Request& r) { r.inputs.vae_sample = true; }},
    {"colours", [](Request& r) { r.inputs.init_color = wide_picture(); }},
    {"autoencoder", [](Request& r) { r.model.vae = kSource + "/tests/golden/taesd/weights.safetensors"; }},
    {"own size",
     [](Request& r) {
       r.size = {};
       r.inputs.init = wide_picture();
     }},
    {"contain",
     [](Request& r) {
       r.inputs.init = wide_picture();
       r.size = {.width = 96, .height = 96};
     }},
    {"contain, smaller than may be asked for", [](Request& r) { r.inputs.init = wide_picture(); }},
    {"cover",
     [](Request& r) {
       r.inputs.init = wide_picture();
       r.size.fit = "cover";
     }},
    {"pad",
     [](Request& r) {
       r.inputs.init = wide_picture();
       r.size.fit = "pad";
     }},
    {"stretch",
     [](Request& r) {
       r.inputs.init = wide_picture();
       r.size.fit = "stretch";
     }},
};

// The reader reads what the writer writes, and what it reads makes the same file.
TEST_F(RecordTest, ReadBackAndAskedForAgainIsTheSameFile) {
  const auto check = [&](const Request& request, const char* what) {
    const Result made = run(request);
    const Record record = read_record(made.png, "made.png");
    EXPECT_EQ(record.text, made.metadata);
    Request again = record.request;
    again.inputs.init = request.inputs.init;
    again.inputs.init_color = request.inputs.init_color;
    again.model.model = request.model.model;
    again.model.vae = request.model.vae;
    EXPECT_EQ(run(again).png, made.png) << what << "\n" << made.metadata << "\n" << run(again).metadata;
  };
  for (const Asked& asked : kWaysToAsk) {
    Request request = tiny_request();
    asked.ask(request);
    check(request, asked.what);
  }
  Request high = tiny_text_request();
  high.size = {.width = 192, .height = 136, .hires_fix = true, .hires_strength = 0.5};
  check(high, "high-resolution fix");
  Request open = tiny_text_request();
  open.size = {};
  check(open, "the model's own size");
}

struct Alike {
  const char* what;
  void (*one)(Request& request);
  void (*other)(Request& request);
};

constexpr Alike kAlike[] = {
    {"a sampler on Karras levels", [](Request& r) { r.steps.sampler = "euler_k"; },
     [](Request& r) {
       r.steps.sampler = "euler";
       r.steps.schedule = "karras";
     }},
    {"an alias of a sampler", [](Request& r) { r.steps.sampler = "DPM++ 2M Karras"; },
     [](Request& r) {
       r.steps.sampler = "k_dpmpp_2m";
       r.steps.schedule = "karras";
     }},
    {"the sampler's own schedule", [](Request& r) { r.steps.sampler = "euler"; },
     [](Request& r) {
       r.steps.sampler = "euler";
       r.steps.schedule = "model";
     }},
    {"eta of tcd", [](Request& r) { r.steps.sampler = "tcd"; },
     [](Request& r) {
       r.steps.sampler = "tcd";
       r.steps.eta = 0.3;
     }},
    {"eta of ddim", [](Request&) {}, [](Request& r) { r.steps.eta = 0; }},
    {"eta that means nothing to the sampler", [](Request& r) { r.steps.sampler = "euler"; },
     [](Request& r) {
       r.steps.sampler = "euler";
       r.steps.eta = 0.5;
     }},
    {"the end of the denoising", [](Request&) {}, [](Request& r) { r.steps.denoising_end = 1; }},
    {"all of the guidance", [](Request&) {},
     [](Request& r) {
       r.guidance.guidance_start = 0;
       r.guidance.guidance_end = 1;
     }},
    {"seamless and both axes", [](Request& r) { r.effects.seamless = true; },
     [](Request& r) {
       r.effects.seamless_axes = {"x", "y"};
     }},
    {"an axis, with seamless as well", [](Request& r) { r.effects.seamless_axes = {"x"}; },
     [](Request& r) {
       r.effects.seamless_axes = {"x"};
       r.effects.seamless = true;
     }},
    {"a variation and its pair",
     [](Request& r) {
       r.noise.variation_amount = 0.2;
       r.noise.variation_seed = 9;
     },
     [](Request& r) { r.noise.with_variations = {{.seed = 9, .weight = 0.2}}; }},
    {"a variation of no weight", [](Request&) {},
     [](Request& r) { r.noise.with_variations = {{.seed = 9, .weight = 0}}; }},
    {"guidance that a list replaces", [](Request& r) { r.guidance.cfg_scales = {3}; },
     [](Request& r) {
       r.guidance.cfg_scales = {3};
       r.guidance.cfg_scale = 9;
     }},
    {"0 and -0", [](Request& r) { r.noise.perlin = 0; }, [](Request& r) { r.noise.perlin = -0.0; }},
    {"a strip, previews and limits", [](Request&) {},
     [](Request& r) { r.output = {.batch_size = 3, .step_strip = true, .save_intermediates = 1, .max_memory = 8}; }},
    {"ways to fit a picture of the right shape", [](Request& r) { r.size.fit = "cover"; },
     [](Request& r) { r.size.fit = "stretch"; }},
    {"what contain makes of a picture",
     [](Request& r) {
       r.inputs.init = wide_picture();
       r.size = {.width = 96, .height = 96};
     },
     [](Request& r) {
       r.inputs.init = wide_picture();
       r.size = {.width = 96, .height = 72, .fit = "stretch"};
     }},
    {"a path with . and ..", [](Request&) {},
     [](Request& r) { r.inputs.init = Picture::file(kSource + "/examples/../examples/./fire-drawing.png"); }},
    {"a picture in memory", [](Request&) {},
     [](Request& r) { r.inputs.init = Picture::memory(read_whole_file(kFire), "fire-drawing.png"); }},
    {"a picture in memory under a path", [](Request&) {},
     [](Request& r) { r.inputs.init = Picture::memory(read_whole_file(kFire), "/home/me/fire-drawing.png"); }},
    {"a model's path with a slash at its end", [](Request&) {}, [](Request& r) { r.model.model = kBoxModel + "//"; }},
    {"a relative path of the model", [](Request&) {}, [](Request& r) { r.model.model = "models/emoji-128/unet/.."; }},
};

TEST_F(RecordTest, OnePictureHasOneFileHoweverItIsAskedFor) {
  for (const Alike& alike : kAlike) {
    const Result one = run(tiny_request(), {alike.what, alike.one});
    const Result other = run(tiny_request(), {alike.what, alike.other});
    EXPECT_EQ(one.png, other.png) << alike.what << "\n" << one.metadata << "\n" << other.metadata;
  }
}

TEST_F(RecordTest, ADrawnSeedAndManyThreadsLeaveNoTrace) {
  Request open = tiny_request();
  open.noise.seed.reset();
  const Result drawn = run(open);
  open.noise.seed = drawn.seed;
  EXPECT_EQ(run(open).png, drawn.png);
  Engine single(1);
  EXPECT_EQ(single.run(tiny_request()).metadata, run(tiny_request()).metadata);
  Request several = tiny_request();
  several.output.images = 3;
  std::vector<Result> made;
  engine_.run_each(several, {.on_picture = [&](Result result) { made.push_back(std::move(result)); }});
  Request second = tiny_request();
  second.noise.seed = 4;
  EXPECT_EQ(made.at(1).png, run(second).png);
}

TEST_F(RecordTest, HoldsNameAndSumOfEveryFile) {
  Request request = tiny_request();
  const std::string vae = kSource + "/tests/golden/taesd/weights.safetensors";
  request.model.vae = vae;
  request.inputs.init_color = wide_picture();
  const Record record = read_record(run(request).png, "made.png");
  const auto expect_file = [&](const char* field, const char* name, const std::string& sha256) {
    ASSERT_TRUE(record.files.contains(field)) << field;
    EXPECT_EQ(record.files.at(field).name, name);
    EXPECT_EQ(record.files.at(field).sha256, sha256);
  };
  EXPECT_EQ(record.files.size(), 4u);
  expect_file("model", "emoji-128", model_sha256(model_files(kBoxModel)));
  expect_file("vae", "weights.safetensors", sha256_of_file(vae));
  expect_file("init", "fire-drawing.png", sha256_of_file(kFire));
  Sha256 hash;
  hash.add(wide_picture().bytes());
  expect_file("init_color", "wide.png", hash.hex());
  EXPECT_EQ(record.version, version());
  EXPECT_EQ(record.model, "emoji-128");
  EXPECT_EQ(record.request.noise.seed, 3u);
}

// `models verify` knows a model by its bytes and its newest file: an older part of the same size changes neither.
TEST_F(RecordTest, TheSumOfTheModelIsOfItsFilesAndNotTheOneOfTheList) {
  namespace fs = std::filesystem;
  const TemporaryFolder folder;
  const fs::path copy = folder / "some";
  fs::copy(kBoxModel, copy, fs::copy_options::recursive);
  const fs::path unet = copy / "unet/diffusion_pytorch_model.safetensors";
  const auto make_older = [&](int hours) {
    fs::last_write_time(unet, fs::last_write_time(copy / "model_index.json") - std::chrono::hours(hours));
  };
  make_older(1);
  ModelRegistry registry(folder / "list");
  const std::string verified = verify_model(registry, registry.add(copy, "my-own")).sha256;
  std::vector<std::byte> bytes = read_whole_file(unet);
  bytes.back() ^= std::byte{1};
  folder.write("some/unet/diffusion_pytorch_model.safetensors",
               {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  make_older(2);
  Engine engine(EngineOptions{.threads = 2, .models_root = folder / "list"});
  Request request = tiny_request();
  request.model.model = copy.string();
  const Record record = read_record(engine.run(request).png, "made.png");
  EXPECT_EQ(record.files.at("model").sha256, model_sha256(model_files(copy)));
  EXPECT_NE(record.files.at("model").sha256, verified);
}

TEST_F(RecordTest, AFileThatChangesDuringTheRunHasNoSumAndTheNotesSayIt) {
  const TemporaryFolder folder;
  const std::filesystem::path drawing = folder / "drawing.png";
  std::filesystem::copy_file(kFire, drawing);
  Request request = tiny_request();
  request.inputs.init = Picture::file(drawing.string());
  const Result result = engine_.run(request, {.on_step = [&](const Step&) { folder.write("drawing.png", "another"); }});
  const Record record = read_record(result.png, "made.png");
  EXPECT_EQ(record.files.at("init").sha256, "");
  EXPECT_EQ(record.files.at("init").name, "drawing.png");
  EXPECT_EQ(record.files.at("model").sha256.size(), 64u);
  ASSERT_EQ(result.warnings().size(), 1u);
  EXPECT_EQ(result.warnings().front().code, "checksum_unknown");
  EXPECT_NE(result.warnings().front().text.find("drawing.png"), std::string::npos);
}

TEST(RecordedName, IsNoPlaceAndHasNoControlCharacters) {
  EXPECT_EQ(recorded_name("a b.png"), "a b.png");
  EXPECT_EQ(recorded_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(recorded_name(".."), "");
  EXPECT_EQ(recorded_name("a\x1B[31m\n.png"), "a_[31m_.png");
  EXPECT_EQ(recorded_name("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_LE(recorded_name(std::string(2000, 'x')).size(), 255u);
  for (const char* name : {"a\x1Bz", "x/y", "\xFF\xFE", "..", "."}) {
    EXPECT_EQ(recorded_name(recorded_name(name)), recorded_name(name));
  }
  EXPECT_EQ(recorded_place("/models/some model/"), "some model");
  EXPECT_EQ(recorded_place(""), "");
}

}  // namespace
}  // namespace redraw
