// A run leaves networks and encodings for the next. Pictures are the same with and without them.
#include <chrono>
#include <fstream>
#include <gtest/gtest.h>
#include <random>

#include "parity/edit_models.h"
#include "parity/test_models.h"
#include "pipelines/generate.h"
#include "pipelines/memory_need.h"
#include "pipelines/network_bytes.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

fs::path taesd() {
  return fs::path(REDRAW_SOURCE_DIR) / "tests/golden/taesd/weights.safetensors";
}

class Reuse : public ::testing::Test {
 protected:
  static constexpr int64_t kSide = 64;

  static Image coloured_noise(uint32_t seed) {
    Image picture{.width = kSide, .height = kSide, .pixels = std::vector<uint8_t>(kSide * kSide * 3)};
    std::mt19937 random(seed);
    for (uint8_t& x : picture.pixels) x = static_cast<uint8_t>(random());
    return picture;
  }

  StableDiffusion open(const fs::path& path, const CheckpointOptions& options = {}) {
    return {caches_, Checkpoint::open(path, options), {}};
  }
  StableDiffusion box(const CheckpointOptions& options = {}) { return open(box_model(), options); }

  GenerateRequest request() const {
    GenerateRequest request{.prompt = "fire", .negative = "water", .width = kSide, .height = kSide, .init = &picture_};
    request.run.steps = 3;
    return request;
  }

  // Runs, and records the phases: "load", "text", ..., with a star if the result was reused.
  GenerateResult run(const StableDiffusion& model, const GenerateRequest& request) {
    phases_.clear();
    std::vector<Phase> open;
    GenerateResult result =
        generate(model, request, plan_generation(model.spec(), request), {.on_phase = [&](const PhaseEvent& event) {
                   if (!event.is_end) return open.push_back(event.phase);
                   EXPECT_EQ(open.back(), event.phase) << "the end of a phase that was begun";
                   EXPECT_GE(event.seconds, 0);
                   open.pop_back();
                   phases_.push_back(std::string(name_of(event.phase)) + (event.is_reused ? "*" : ""));
                 }});
    EXPECT_TRUE(open.empty());
    return result;
  }

  static std::vector<uint8_t> pixels(const GenerateResult& result) { return result.images.at(0).pixels; }

  // The phases of a run that finds nothing in any cache.
  std::vector<uint8_t> fresh(const fs::path& path, const GenerateRequest& request) const {
    PipelineCaches caches(*backend_);
    const StableDiffusion model(caches, Checkpoint::open(path), {});
    return pixels(generate(model, request, plan_generation(model.spec(), request)));
  }

  std::vector<NetworkKind> kinds() const {
    std::vector<NetworkKind> kinds;
    for (const NetworkCache::Row& row : caches_.networks.rows()) kinds.push_back(row.kind);
    return kinds;
  }

  using Phases = std::vector<std::string>;

  Context context_{2};
  std::unique_ptr<Backend> backend_ = make_cpu_backend(context_);
  PipelineCaches caches_{*backend_};
  Image picture_ = coloured_noise(1);
  Phases phases_;
};

TEST_F(Reuse, LoadsAndEncodesNothingTwiceAndMakesTheSamePicture) {
  const StableDiffusion model = box();
  const GenerateResult first = run(model, request());
  EXPECT_EQ(phases_, (Phases{"load", "load", "text", "load", "encode", "load", "denoise", "load", "decode"}));
  EXPECT_FALSE(first.is_text_reused || first.is_encode_reused);
  const GenerateResult second = run(model, request());
  EXPECT_EQ(phases_, (Phases{"text*", "encode*", "denoise", "decode"}));
  EXPECT_TRUE(second.is_text_reused && second.is_encode_reused);
  EXPECT_EQ(pixels(first), fresh(box_model(), request()));
  EXPECT_EQ(pixels(second), pixels(first));
  // Nor by another object for the same model.
  EXPECT_EQ(pixels(run(box(), request())), pixels(first));
  EXPECT_EQ(phases_, (Phases{"text*", "encode*", "denoise", "decode"}));
}

TEST_F(Reuse, DoesNotEvenLoadTheEncodersForWhatIsKnown) {
  const StableDiffusion model = box();
  const GenerateResult first = run(model, request());
  caches_.networks.evict_all();
  GenerateRequest stronger = request();
  stronger.run.strength = 1;
  stronger.noise.front().seed = 7;
  const GenerateResult second = run(model, stronger);
  EXPECT_EQ(phases_, (Phases{"text*", "encode*", "load", "denoise", "load", "decode"}));
  EXPECT_EQ(pixels(second), fresh(box_model(), stronger));
  EXPECT_NE(pixels(second), pixels(first));
}

TEST_F(Reuse, NoticesAnotherPromptPictureAndWayToEncodeThem) {
  const StableDiffusion model = box();
  run(model, request());
  const Image other = coloured_noise(2);
  const auto expect = [&](const char* what, bool is_text_reused, bool is_encode_reused,
                          const std::function<void(GenerateRequest&)>& change) {
    GenerateRequest changed = request();
    change(changed);
    const GenerateResult result = run(model, changed);
    EXPECT_EQ(result.is_text_reused, is_text_reused) << what;
    EXPECT_EQ(result.is_encode_reused, is_encode_reused) << what;
    EXPECT_EQ(pixels(result), fresh(box_model(), changed)) << what;
  };
  expect("prompt", false, true, [](GenerateRequest& r) { r.prompt = "ice"; });
  expect("negative", false, true, [](GenerateRequest& r) { r.negative = "ash"; });
  expect("clip_skip", false, true, [](GenerateRequest& r) { r.clip_skip = 2; });
  expect("both known, exchanged", true, true, [](GenerateRequest& r) { std::swap(r.prompt, r.negative); });
  expect("picture", true, false, [&](GenerateRequest& r) { r.init = &other; });
  expect("axes", true, false, [](GenerateRequest& r) { r.seamless.x = true; });
  expect("no picture", true, false, [](GenerateRequest& r) { r.init = nullptr; });
}

TEST_F(Reuse, DrawsFromAKnownPosteriorAnew) {
  const StableDiffusion model = box();
  run(model, request());
  GenerateRequest drawn = request();
  drawn.vae_sample = true;
  const GenerateResult first = run(model, drawn);
  EXPECT_TRUE(first.is_encode_reused);
  EXPECT_EQ(pixels(first), fresh(box_model(), drawn));
  drawn.noise.front().seed = 9;
  EXPECT_EQ(pixels(run(model, drawn)), fresh(box_model(), drawn));
  EXPECT_EQ(pixels(run(model, request())), fresh(box_model(), request())) << "what is kept was not changed";
}

TEST_F(Reuse, HoldsForThePictureThatANetworkSees) {
  const TemporaryFolder folder;
  for (const EditModel& kind : kEditModels) {
    const fs::path path = edit_model(folder, kind);
    const StableDiffusion model = open(path);
    EXPECT_EQ(pixels(run(model, request())), fresh(path, request())) << kind.pipeline_class;
    const GenerateResult second = run(model, request());
    EXPECT_TRUE(second.is_encode_reused) << kind.pipeline_class;
    EXPECT_EQ(pixels(second), fresh(path, request())) << kind.pipeline_class;
  }
}

TEST_F(Reuse, AnotherVaeOrPreviewVaeLeavesTheOtherNetworksInMemory) {
  run(box(), request());
  const StableDiffusion previewed = box({.preview_vae = taesd()});
  run(previewed, request());
  EXPECT_EQ(phases_, (Phases{"text*", "encode*", "denoise", "decode"}));
  const StableDiffusion tiny = box({.vae = taesd()});
  run(tiny, request());
  EXPECT_EQ(phases_, (Phases{"text*", "load", "encode", "denoise", "load", "decode"}));
  EXPECT_EQ(tiny.keys().unet, previewed.keys().unet);
  // Pictures now use the preview decoder too, and it is not read twice.
  EXPECT_EQ(tiny.keys().decoder, previewed.keys().preview_decoder);
  EXPECT_NE(tiny.keys().decoder, previewed.keys().decoder);
}

TEST_F(Reuse, SwitchingBetweenTwoModelsThatFitCostsNothingTheSecondTime) {
  const StableDiffusion first = box();
  const StableDiffusion second = open(tiny_folder("tiny-sdxl"));
  const std::vector<uint8_t> expected = pixels(run(first, request()));
  run(second, request());
  EXPECT_EQ(std::ranges::count(phases_, "load"), 5);
  EXPECT_EQ(pixels(run(first, request())), expected);
  EXPECT_EQ(std::ranges::count(phases_, "load"), 0);
  run(second, request());
  EXPECT_EQ(std::ranges::count(phases_, "load"), 0);
  EXPECT_FALSE(make_room(second, request(), uint64_t{1} << 40).is_releasing);
  EXPECT_EQ(caches_.networks.size(), 5);
  run(second, request());
  EXPECT_EQ(std::ranges::count(phases_, "load"), 0);
}

TEST_F(Reuse, ChangedFilesAreReadAgain) {
  const TemporaryFolder folder;
  fs::copy(box_model(), folder / "model", fs::copy_options::recursive);
  const StableDiffusion before = open(folder / "model");
  run(before, request());
  // The same bytes with the same size and time: only the system knows that the file was written.
  const auto rewrite = [&](const char* name) {
    const fs::path path = folder / "model" / name;
    const auto time = fs::last_write_time(path);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const int byte = file.get();
    file.seekp(0);
    file.put(static_cast<char>(byte));
    file.close();
    fs::last_write_time(path, time);
  };
  rewrite("unet/diffusion_pytorch_model.safetensors");
  const StableDiffusion unet_changed = open(folder / "model");
  EXPECT_NE(unet_changed.keys().unet, before.keys().unet);
  EXPECT_EQ(unet_changed.keys().text_encoders, before.keys().text_encoders);
  EXPECT_EQ(unet_changed.keys().decoder, before.keys().decoder);
  run(unet_changed, request());
  EXPECT_EQ(phases_, (Phases{"text*", "encode*", "load", "denoise", "decode"}));
  rewrite("tokenizer/vocab.json");
  const StableDiffusion words_changed = open(folder / "model");
  run(words_changed, request());
  EXPECT_EQ(phases_, (Phases{"load", "text", "encode*", "denoise", "decode"}));
  rewrite("vae/diffusion_pytorch_model.safetensors");
  run(open(folder / "model"), request());
  EXPECT_EQ(phases_, (Phases{"text*", "load", "encode", "denoise", "load", "decode"}));
}

// A configuration can say other things of the same tensors.
TEST_F(Reuse, AnotherConfigurationIsAnotherNetwork) {
  const TemporaryFolder folder;
  fs::copy(box_model(), folder / "model", fs::copy_options::recursive);
  const StableDiffusion before = open(folder / "model");
  nlohmann::json config = nlohmann::json::parse(std::ifstream(folder / "model/unet/config.json"));
  config["norm_eps"] = 1e-3;
  std::ofstream(folder / "model/unet/config.json", std::ios::trunc) << config;
  const StableDiffusion after = open(folder / "model");
  EXPECT_NE(after.keys().unet, before.keys().unet);
  EXPECT_EQ(after.keys().decoder, before.keys().decoder);
}

TEST_F(Reuse, ASmallBudgetKeepsOnlyWhatAPhaseNeeds) {
  const StableDiffusion model = box();
  const std::vector<uint8_t> expected = fresh(box_model(), request());
  caches_.networks.set_budget(weight_bytes(model.checkpoint().part("unet")));
  EXPECT_EQ(pixels(run(model, request())), expected);
  EXPECT_EQ(kinds(), (std::vector<NetworkKind>{NetworkKind::vae_decoder}))
      << "the text encoders went for the UNet, and the UNet for the decoder";
  caches_.encodings.clear();
  EXPECT_EQ(pixels(run(model, request())), expected);
}

TEST_F(Reuse, ALimitOnMemoryLetsGoOfWhatEarlierRunsLeft) {
  run(open(tiny_folder("tiny-sd15")), request());
  GenerateRequest limited = request();
  limited.is_releasing = true;
  EXPECT_EQ(pixels(run(box(), limited)), fresh(box_model(), request()));
  EXPECT_EQ(kinds(), (std::vector<NetworkKind>{NetworkKind::tokenizers}));
}

TEST_F(Reuse, ACancelledRunLeavesWhatTheNextOneNeeds) {
  const StableDiffusion model = box();
  Cancellation cancellation;
  {
    const Backend::RunScope scope(*backend_, cancellation);
    const GenerateResult stopped = generate(model, request(), plan_generation(model.spec(), request()),
                                            {.on_step = [&](const GenerateStep&) { cancellation.cancel(); }});
    EXPECT_TRUE(stopped.cancelled);
  }
  const GenerateResult next = run(model, request());
  EXPECT_TRUE(next.is_text_reused && next.is_encode_reused);
  EXPECT_EQ(pixels(next), fresh(box_model(), request()));
}

TEST_F(Reuse, ACutPromptIsFoundWithTheTokenizersAlone) {
  const StableDiffusion model = box();
  GenerateRequest asked = request();
  for (int i = 0; i < 100; ++i) asked.prompt += " fire";
  EXPECT_GT(cut_prompts(model, asked, plan_generation(model.spec(), asked)).prompt.tokens, 0);
  EXPECT_EQ(kinds(), (std::vector<NetworkKind>{NetworkKind::tokenizers}));
}

}  // namespace
}  // namespace redraw
