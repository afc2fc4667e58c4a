#include <gtest/gtest.h>
#include <map>
#include <random>

#include "base/error.h"
#include "nn/resnet_block.h"
#include "nn/transformer.h"

namespace redraw::nn {
namespace {

// Weights of any asked-for name, drawn from a generator keyed by the name; remembers what was asked for.
class MadeUpWeights {
 public:
  explicit MadeUpWeights(std::map<std::string, Shape> shapes) : shapes_(std::move(shapes)) {}

  Parameters parameters() {
    return Parameters([this](const std::string& name) {
      const auto it = shapes_.find(name);
      if (it == shapes_.end()) return Weight{};
      Tensor values = Tensor::zeros(it->second);
      std::mt19937 random(static_cast<uint32_t>(std::hash<std::string>{}(name)));
      std::normal_distribution<float> distribution(0, 0.2f);
      for (float& x : values.values()) x = distribution(random);
      return Weight::of(name, values);
    });
  }

 private:
  std::map<std::string, Shape> shapes_;
};

Tensor ramp(Shape shape) {
  Tensor t = Tensor::zeros(shape);
  for (int64_t i = 0; i < t.elements(); ++i) t.data()[i] = static_cast<float>(i % 23) * 0.1f - 1.0f;
  return t;
}

std::map<std::string, Shape> resnet_shapes() {
  return {{"b.norm1.weight", {4}},
          {"b.norm1.bias", {4}},
          {"b.conv1.weight", {6, 4, 3, 3}},
          {"b.conv1.bias", {6}},
          {"b.norm2.weight", {6}},
          {"b.norm2.bias", {6}},
          {"b.conv2.weight", {6, 6, 3, 3}},
          {"b.conv2.bias", {6}},
          {"b.time_emb_proj.weight", {6, 5}},
          {"b.time_emb_proj.bias", {6}},
          {"b.conv_shortcut.weight", {6, 4, 1, 1}},
          {"b.conv_shortcut.bias", {6}}};
}

TEST(ResnetBlock, RunsTheSameOnTheCpuAndTheReferenceBackend) {
  const Context context(2);
  const auto cpu = make_cpu_backend(context);
  const auto reference = make_reference_backend(context);
  MadeUpWeights weights(resnet_shapes());
  const ResnetBlockSpec spec{.in_channels = 4, .out_channels = 6, .time_channels = 5, .groups = 2};
  const Tensor x = ramp({2, 5, 7, 4}), time = ramp({1, 5});
  const Tensor a = ResnetBlock(*cpu, weights.parameters() / "b", spec)(x, time);
  const Tensor b = ResnetBlock(*reference, weights.parameters() / "b", spec)(x, time);
  ASSERT_EQ(a.shape(), (Shape{2, 5, 7, 6}));
  for (int64_t i = 0; i < a.elements(); ++i) ASSERT_NEAR(a.data()[i], b.data()[i], 1e-5) << i;
}

TEST(ResnetBlock, NamesAMissingTensor) {
  const Context context(1);
  const auto cpu = make_cpu_backend(context);
  auto shapes = resnet_shapes();
  shapes.erase("b.conv2.weight");
  MadeUpWeights weights(shapes);
  try {
    const ResnetBlock block(*cpu, weights.parameters() / "b", {.in_channels = 4, .out_channels = 6, .groups = 2});
    FAIL() << "accepted";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::tensor_missing);
    EXPECT_NE(std::string(e.what()).find("'b.conv2.weight'"), std::string::npos) << e.what();
  }
}

TEST(Transformer2D, RunsTheSameOnTheCpuAndTheReferenceBackend) {
  const Context context(2);
  const auto cpu = make_cpu_backend(context);
  const auto reference = make_reference_backend(context);
  std::map<std::string, Shape> shapes{
      {"t.norm.weight", {8}},  {"t.norm.bias", {8}},          {"t.proj_in.weight", {8, 8, 1, 1}},
      {"t.proj_in.bias", {8}}, {"t.proj_out.weight", {8, 8}}, {"t.proj_out.bias", {8}}};
  for (const std::string layer : {"0", "1"}) {
    const std::string b = "t.transformer_blocks." + layer + ".";
    for (const char* norm : {"norm1", "norm2", "norm3"}) {
      shapes[b + norm + ".weight"] = shapes[b + norm + ".bias"] = {8};
    }
    for (const char* attention : {"attn1", "attn2"}) {
      const int64_t width = std::string(attention) == "attn1" ? 8 : 6;
      shapes[b + attention + ".to_q.weight"] = shapes[b + attention + ".to_out.0.weight"] = {8, 8};
      shapes[b + attention + ".to_k.weight"] = shapes[b + attention + ".to_v.weight"] = {8, width};
      shapes[b + attention + ".to_out.0.bias"] = {8};
    }
    shapes[b + "ff.net.0.proj.weight"] = {64, 8};
    shapes[b + "ff.net.0.proj.bias"] = {64};
    shapes[b + "ff.net.2.weight"] = {8, 32};
    shapes[b + "ff.net.2.bias"] = {8};
  }
  MadeUpWeights weights(shapes);
  const TransformerSpec spec{.channels = 8, .heads = 2, .layers = 2, .context_width = 6, .groups = 4};
  const Tensor x = ramp({2, 3, 5, 8}), text = ramp({2, 7, 6});
  Tensor results[2];
  size_t filled = 0;
  for (Backend* backend : {cpu.get(), reference.get()}) {
    const Transformer2D transformer(*backend, weights.parameters() / "t", spec);
    CrossAttentionCache cache;
    transformer.prepare(text, cache);
    ASSERT_EQ(cache.keys_values.size(), 2u);
    size_t next = 0;
    results[filled++] = transformer(x, cache, next);
    EXPECT_EQ(next, 2u);
  }
  for (int64_t i = 0; i < results[0].elements(); ++i) {
    ASSERT_NEAR(results[0].data()[i], results[1].data()[i], 2e-5) << i;
  }
}

}  // namespace
}  // namespace redraw::nn
