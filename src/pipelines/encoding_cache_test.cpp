#include "pipelines/encoding_cache.h"

#include <gtest/gtest.h>

namespace redraw {
namespace {

constexpr uint64_t kPrompt = 1 + 4 * sizeof(float);  // bytes of the prompts below

PromptKey prompt_key(const std::string& prompt) {
  return {.prompt = prompt,
          .clip_skip = 1,
          .tokenizers = NetworkKey{.kind = NetworkKind::tokenizers},
          .text_encoders = NetworkKey{.kind = NetworkKind::text_encoders}};
}

EncodedPrompt prompt_of(float value) {
  return {.context = Tensor::from({1, 1, 4}, std::vector<float>(4, value)), .pooled = {}};
}

TEST(EncodingCache, FindsWhatItKeptByAllOfItsKey) {
  EncodingCache cache;
  EXPECT_EQ(cache.find(prompt_key("a")), nullptr);
  const auto kept = cache.keep(prompt_key("a"), prompt_of(1));
  EXPECT_EQ(cache.find(prompt_key("a")), kept);
  EXPECT_EQ(cache.find(prompt_key("b")), nullptr);
  PromptKey skipped = prompt_key("a");
  skipped.clip_skip = 2;
  EXPECT_EQ(cache.find(skipped), nullptr);
  PromptKey of_another_model = prompt_key("a");
  of_another_model.text_encoders.sources = {{.prefix = "x"}};
  EXPECT_EQ(cache.find(of_another_model), nullptr);
  PromptKey of_other_tokens = prompt_key("a");
  of_other_tokens.tokenizers.sources = {{.prefix = "x"}};
  EXPECT_EQ(cache.find(of_other_tokens), nullptr);

  const PictureKey key{
      .pixels_sha256 = "1", .width = 8, .height = 16, .encoder = NetworkKey{.kind = NetworkKind::vae_encoder}};
  const auto picture = cache.keep(key, {.mean = Tensor::zeros({1, 2, 1, 4}), .logvar = {}});
  EXPECT_EQ(cache.find(key), picture);
  std::vector<PictureKey> others(4, key);
  others[0].pixels_sha256 = "2";
  std::swap(others[1].width, others[1].height);
  others[2].wrap.x = true;
  others[3].encoder.kind = NetworkKind::tiny_encoder;
  for (const PictureKey& other : others) {
    EXPECT_EQ(cache.find(other), nullptr);
  }
}

TEST(EncodingCache, ForgetsWhatWasAskedForTheLongestAgo) {
  EncodingCache cache(2 * kPrompt);
  const auto a = cache.keep(prompt_key("a"), prompt_of(1));
  cache.keep(prompt_key("b"), prompt_of(2));
  EXPECT_TRUE(cache.find(prompt_key("a")));
  cache.keep(prompt_key("c"), prompt_of(3));
  EXPECT_EQ(cache.find(prompt_key("b")), nullptr);
  EXPECT_EQ(cache.find(prompt_key("a")), a);
  EXPECT_EQ(cache.bytes(), 2 * kPrompt);
  cache.set_budget(kPrompt);
  EXPECT_EQ(cache.size(), 1);
  EXPECT_EQ(a->context.data()[0], 1) << "whoever holds it has it";
  cache.clear();
  EXPECT_EQ(cache.bytes(), 0);
}

TEST(EncodingCache, ReturnsButDoesNotKeepWhatIsLargerThanItself) {
  EncodingCache cache(kPrompt - 1);
  EXPECT_EQ(cache.keep(prompt_key("a"), prompt_of(1))->context.elements(), 4);
  EXPECT_EQ(cache.size(), 0);
  EXPECT_EQ(cache.bytes(), 0);
}

TEST(EncodingCache, KeepsOneOfAKey) {
  EncodingCache cache;
  cache.keep(prompt_key("a"), prompt_of(1));
  const auto second = cache.keep(prompt_key("a"), prompt_of(2));
  EXPECT_EQ(cache.find(prompt_key("a")), second);
  EXPECT_EQ(cache.size(), 1);
  EXPECT_EQ(cache.bytes(), kPrompt);
}

}  // namespace
}  // namespace redraw
