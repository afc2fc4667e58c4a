// Compares the predicted memory of a run with what its pool really held.
#include "pipelines/memory_need.h"

#include <gtest/gtest.h>

#include "parity/test_models.h"
#include "support/error_of.h"

namespace redraw {
namespace {

constexpr uint64_t kMany = uint64_t{1} << 40;

class MemoryOfARun : public ::testing::TestWithParam<const char*> {
 protected:
  GenerateRequest request(int64_t side) {
    picture_ = {.width = side, .height = side, .pixels = std::vector<uint8_t>(static_cast<size_t>(side * side * 3))};
    GenerateRequest request;
    request.prompt = "fire";
    request.run.steps = 2;
    request.run.strength = 1;
    request.width = request.height = side;
    request.init = &picture_;
    return request;
  }

  Image picture_;
};

TEST_P(MemoryOfARun, IsWithinWhatWasSaidAndNotFarBelow) {
  for (const int64_t side : {64, 192}) {
    for (const bool is_releasing : {false, true}) {
      const Context context(2);
      const auto backend = make_cpu_backend(context);
      PipelineCaches caches(*backend);
      StableDiffusion model(caches, Checkpoint::open(tiny_folder(GetParam())), {});
      GenerateRequest asked = request(side);
      asked.is_releasing = is_releasing;
      const MemoryNeed need = memory_need(model, asked);
      ASSERT_EQ(generate(model, asked, plan_generation(model.spec(), asked)).images.size(), 1);
      const uint64_t said = (is_releasing ? need.releasing(false) : need.keeping_all()) - need.program;
      const uint64_t held = backend->pool().peak_held_bytes();
      std::printf("  %s %4ld %-9s held %5.1f MiB of %5.1f\n", GetParam(), side, is_releasing ? "releasing" : "keeping",
                  static_cast<double>(held) / (1 << 20), static_cast<double>(said) / (1 << 20));
      EXPECT_LE(held, said);
      EXPECT_GE(2.5 * static_cast<double>(held), static_cast<double>(said));
    }
  }
}

TEST_P(MemoryOfARun, ALimitDecidesWhatIsKeptAndWhatIsRefused) {
  const Context context(2);
  const auto backend = make_cpu_backend(context);
  PipelineCaches caches(*backend);
  StableDiffusion model(caches, Checkpoint::open(tiny_folder(GetParam())), {});
  const MemoryNeed need = memory_need(model, request(256));
  EXPECT_FALSE(plan_memory(need, kMany, false).is_releasing);
  EXPECT_FALSE(plan_memory(need, need.keeping_all(), false).is_releasing);
  EXPECT_TRUE(plan_memory(need, need.keeping_all() - 1, false).is_releasing);
  EXPECT_TRUE(plan_memory(need, need.releasing(false), false).is_releasing);
  const std::string message =
      message_of(Code::model_too_large, [&] { plan_memory(need, need.releasing(false) - 1, false); });
  EXPECT_NE(message.find("denoise"), std::string::npos) << message;
  EXPECT_GE(need.releasing(true), need.releasing(false));
}

TEST_P(MemoryOfARun, CountsTheBatch) {
  const Context context(2);
  const auto backend = make_cpu_backend(context);
  PipelineCaches caches(*backend);
  const StableDiffusion model(caches, Checkpoint::open(tiny_folder(GetParam())), {});
  GenerateRequest asked = request(192);
  const MemoryNeed alone = memory_need(model, asked);
  asked.noise = {NoiseRequest{.seed = 1}, NoiseRequest{.seed = 2}, NoiseRequest{.seed = 3}};
  const MemoryNeed need = memory_need(model, asked);
  EXPECT_GT(need.denoise.activations, 2 * alone.denoise.activations);
  EXPECT_EQ(need.denoise.weights, alone.denoise.weights);
  EXPECT_EQ(need.decode.total(), alone.decode.total()) << "one picture after the other";
  asked.is_releasing = true;
  ASSERT_EQ(generate(model, asked, plan_generation(model.spec(), asked)).images.size(), 3);
  const uint64_t said = need.releasing(false) - need.program;
  EXPECT_LE(backend->pool().peak_held_bytes(), said);
  EXPECT_GE(2.5 * static_cast<double>(backend->pool().peak_held_bytes()), static_cast<double>(said));
  asked.run.sampler = find_named_sampler("dpm_adaptive");
  EXPECT_EQ(memory_need(model, asked).denoise.activations, alone.denoise.activations);
}

TEST_P(MemoryOfARun, ALimitHoldsAfterALargerRun) {
  const Context context(2);
  const auto backend = make_cpu_backend(context);
  PipelineCaches caches(*backend);
  const StableDiffusion model(caches, Checkpoint::open(tiny_folder(GetParam())), {});
  const GenerateRequest large = request(256);
  ASSERT_EQ(generate(model, large, plan_generation(model.spec(), large)).images.size(), 1);
  GenerateRequest small = request(64);
  small.init = nullptr;
  const uint64_t encodings = caches.encodings.bytes();
  EXPECT_GT(encodings, 0);
  const MemoryNeed need = memory_need(model, small);
  EXPECT_FALSE(make_room(model, small, need.keeping_all()).is_releasing);
  EXPECT_FALSE(caches.networks.has(*model.keys().encoder));
  EXPECT_TRUE(caches.networks.has(model.keys().unet));
  EXPECT_EQ(caches.encodings.bytes(), encodings) << "the need counts them";
  EXPECT_LE(backend->pool().held_bytes(), need.text.weights + need.denoise.weights + need.decode.weights + encodings);
  // Everything is in memory now, with nothing left over from the large run: only the pool can be too large.
  GenerateRequest alike = request(256);
  ASSERT_EQ(generate(model, alike, plan_generation(model.spec(), alike)).images.size(), 1);
  alike.width = alike.height = 64;
  make_room(model, alike, kMany);
  EXPECT_LE(backend->pool().held_bytes(), need.text.weights + need.denoise.weights + need.decode.weights +
                                              memory_need(model, alike).encode.weights + encodings);
  ASSERT_EQ(generate(model, small, plan_generation(model.spec(), small)).images.size(), 1);
  EXPECT_LE(backend->pool().held_bytes(), memory_need(model, alike).keeping_all() - need.program + encodings);
  const uint64_t least = memory_need(model, small).releasing(false);
  EXPECT_TRUE(make_room(model, small, least - 1).is_releasing);
  EXPECT_EQ(caches.encodings.size(), 0u) << "the limit has no room for them";
}

// The same with a tiny autoencoder instead of the model's own, and with one for previews beside it.
TEST(MemoryOfATinyAutoencoder, IsWithinWhatWasSaid) {
  const auto taesd = std::filesystem::path(REDRAW_SOURCE_DIR) / "tests/golden/taesd/weights.safetensors";
  uint64_t plain = 0;
  for (const CheckpointOptions& options :
       {CheckpointOptions{}, CheckpointOptions{.vae = taesd}, CheckpointOptions{.preview_vae = taesd}}) {
    const Context context(2);
    const auto backend = make_cpu_backend(context);
    PipelineCaches caches(*backend);
    StableDiffusion model(caches, Checkpoint::open(tiny_folder("tiny-sd15"), options), {});
    Image picture{.width = 192, .height = 192, .pixels = std::vector<uint8_t>(size_t{192} * 192 * 3)};
    GenerateRequest request{.prompt = "fire", .width = 192, .height = 192, .init = &picture};
    request.run.steps = 2;
    const MemoryNeed need = memory_need(model, request);
    ASSERT_EQ(generate(model, request, plan_generation(model.spec(), request)).images.size(), 1);
    EXPECT_LE(backend->pool().peak_held_bytes(), need.keeping_all() - need.program);
    if (plain == 0) plain = need.keeping_all();
    EXPECT_EQ(need.keeping_all() < plain, !options.vae.empty());
    EXPECT_EQ(need.keeping_all() > plain, !options.preview_vae.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Models, MemoryOfARun, ::testing::Values("tiny-sd15", "tiny-sdxl"),
                         [](const auto& info) { return std::string(info.param).substr(5); });

}  // namespace
}  // namespace redraw
