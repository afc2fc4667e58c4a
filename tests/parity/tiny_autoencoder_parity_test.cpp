// Compares the tiny autoencoder with made-up weights with diffusers' AutoencoderTiny: whole tensors, by the two rules
// of docs/testing.md.
#include <gtest/gtest.h>

#include "models/tiny_autoencoder.h"
#include "models/tiny_autoencoder_names.h"
#include "parity/test_models.h"
#include "support/golden.h"

namespace redraw {
namespace {

constexpr Tolerance kLimit{.max_abs = 1e-4, .rms_relative = 2e-5};

std::filesystem::path folder() {
  return std::filesystem::path(REDRAW_SOURCE_DIR) / "tests/golden/taesd";
}

TinyAutoencoderConfig config() {
  return parse_tiny_autoencoder_config(JsonObject::read(folder() / "config.json", FileOf::model));
}

nn::Parameters parameters() {
  return parameters_of(std::make_shared<SafetensorsFile>(SafetensorsFile::open(folder() / "weights.safetensors")));
}

class TinyAutoencoder : public ::testing::Test {
 protected:
  Tensor input(const char* name) const { return nchw_to_nhwc(read_golden(file_, name)).tensor(); }

  void expect_parity(const std::string& name, const Tensor& ours) const {
    const GoldenTensor in_float = nchw_to_nhwc(read_golden(file_, name));
    ASSERT_EQ(ours.shape(), in_float.shape) << name;
    ExpectClose(name, ours.values(), in_float.values, kLimit);
    const GoldenTensor in_double = nchw_to_nhwc(read_golden(file_, name + "/f64"));
    const Difference of_reference = compare(in_float.floats(), in_double.values);
    const Difference of_ours = compare(ours.values(), in_double.values);
    EXPECT_LE(of_ours.rms_relative, 2 * of_reference.rms_relative) << name << ": noise rule, RMS";
    EXPECT_LE(of_ours.max_abs, 2 * of_reference.max_abs) << name << ": noise rule, maximum";
  }
  void expect_noticed(const std::string& name, const Tensor& ours) const {
    const Difference d = compare(ours.values(), nchw_to_nhwc(read_golden(file_, name)).values);
    EXPECT_GT(d.max_abs, kLimit.max_abs) << name;
    EXPECT_GT(d.rms_relative, kLimit.rms_relative) << name;
  }

  Context context_{2};
  std::unique_ptr<Backend> backend_ = make_cpu_backend(context_);
  SafetensorsFile file_ = golden("taesd/case.safetensors");
};

TEST_F(TinyAutoencoder, Matches) {
  expect_parity("encoded", TinyEncoder(*backend_, parameters(), config())(input("image")));
  expect_parity("decoded", TinyDecoder(*backend_, parameters(), config())(input("latent")));
}

// Reverses the rule of diffusers' conversion script: "N...." is "encoder.layers.N....", and "decoder.layers.(N -
// 1)....".
nn::Parameters original_file(TinyAutoencoderPart part) {
  const bool is_encoder = part == TinyAutoencoderPart::encoder;
  return nn::Parameters([p = parameters(), is_encoder](const std::string& name) {
    const size_t dot = name.find('.');
    const int layer = std::stoi(name.substr(0, dot)) - (is_encoder ? 0 : 1);
    return p.find((is_encoder ? "encoder.layers." : "decoder.layers.") + std::to_string(layer) + name.substr(dot));
  });
}

TEST_F(TinyAutoencoder, MatchesUnderTheOriginalNames) {
  for (const auto part : {TinyAutoencoderPart::encoder, TinyAutoencoderPart::decoder}) {
    const nn::Parameters original = original_file(part);
    EXPECT_TRUE(has_original_names(original, part));
    const nn::Parameters p = with_diffusers_names(original, config(), part);
    if (part == TinyAutoencoderPart::encoder) {
      expect_parity("encoded", TinyEncoder(*backend_, p, config())(input("image")));
    } else {
      expect_parity("decoded", TinyDecoder(*backend_, p, config())(input("latent")));
    }
  }
  EXPECT_FALSE(has_original_names(original_file(TinyAutoencoderPart::encoder), TinyAutoencoderPart::decoder));
  EXPECT_FALSE(has_original_names(original_file(TinyAutoencoderPart::decoder), TinyAutoencoderPart::encoder));
}

TEST_F(TinyAutoencoder, ListsExactlyTheTensorsOfTheFile) {
  const SafetensorsFile weights = SafetensorsFile::open(folder() / "weights.safetensors");
  size_t count = 0;
  for (const auto part : {TinyAutoencoderPart::encoder, TinyAutoencoderPart::decoder}) {
    for (const TinyAutoencoderTensor& tensor : tiny_autoencoder_tensors(config(), part)) {
      const TensorEntry* entry = weights.find(tensor.name);
      ASSERT_NE(entry, nullptr) << tensor.name;
      EXPECT_EQ(entry->shape, tensor.shape) << tensor.name;
      ++count;
    }
  }
  EXPECT_EQ(count, weights.tensors().size());
}

TEST_F(TinyAutoencoder, AppliesAScalingFactorOnBothWays) {
  TinyAutoencoderConfig scaled = config();
  scaled.scaling_factor = 2;
  Tensor encoded = TinyEncoder(*backend_, parameters(), scaled)(input("image"));
  for (float& value : encoded.values()) value /= 2;
  expect_parity("encoded", encoded);
  Tensor latent = input("latent");
  for (float& value : latent.values()) value *= 2;
  expect_parity("decoded", TinyDecoder(*backend_, parameters(), scaled)(latent));
}

TEST_F(TinyAutoencoder, ParityNoticesSwappedConvolutions) {
  const nn::Parameters encoder = swapped(parameters(), "encoder.layers.8.conv.2.", "encoder.layers.8.conv.4.");
  expect_noticed("encoded", TinyEncoder(*backend_, encoder, config())(input("image")));
  const nn::Parameters decoder = swapped(parameters(), "decoder.layers.17.conv.0.", "decoder.layers.17.conv.4.");
  expect_noticed("decoded", TinyDecoder(*backend_, decoder, config())(input("latent")));
}

// A picture a quarter of an 8-bit level darker.
TEST_F(TinyAutoencoder, ParityNoticesASmallShift) {
  Tensor image = input("image");
  for (float& value : image.values()) value -= 2.0f / 1020;
  expect_noticed("encoded", TinyEncoder(*backend_, parameters(), config())(image));
}

}  // namespace
}  // namespace redraw
