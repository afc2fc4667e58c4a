// What the configuration of a tiny autoencoder may say, and what its tensors are called in both kinds of files.
#include <algorithm>
#include <gtest/gtest.h>

#include "base/error.h"
#include "models/tiny_autoencoder_names.h"
#include "support/error_of.h"

namespace redraw {
namespace {

TinyAutoencoderConfig parse(const std::string& text) {
  return parse_tiny_autoencoder_config(JsonObject::parse(text, "config.json"));
}

TEST(TinyAutoencoderConfig, IsThePublishedOneByDefault) {
  for (const TinyAutoencoderConfig& config : {TinyAutoencoderConfig{}, parse("{}")}) {
    EXPECT_EQ(config.latent_channels, 4);
    EXPECT_EQ(config.encoder_channels, 64);
    EXPECT_EQ(config.decoder_channels, 64);
    EXPECT_EQ(config.encoder_blocks, (std::vector<int64_t>{1, 3, 3, 3}));
    EXPECT_EQ(config.decoder_blocks, (std::vector<int64_t>{3, 3, 3, 1}));
    EXPECT_EQ(config.scaling_factor, 1);
    EXPECT_EQ(config.downscale(), 8);
  }
}

TEST(TinyAutoencoderConfig, ReadsOtherSizes) {
  const TinyAutoencoderConfig config =
      parse(R"({"latent_channels": 16, "encoder_block_out_channels": [8, 8], "decoder_block_out_channels": [32, 32],
                "num_encoder_blocks": [0, 2], "num_decoder_blocks": [2, 1], "scaling_factor": 0.5})");
  EXPECT_EQ(config.latent_channels, 16);
  EXPECT_EQ(config.encoder_channels, 8);
  EXPECT_EQ(config.decoder_channels, 32);
  EXPECT_EQ(config.encoder_blocks, (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(config.scaling_factor, 0.5);
  EXPECT_EQ(config.downscale(), 2);
}

TEST(TinyAutoencoderConfig, RefusesWhatIsNotBuiltAndNamesTheField) {
  struct Case {
    Code code;
    const char* text;
    const char* field;
  };
  const Case cases[] = {
      {Code::model_unsupported, R"({"act_fn": "silu"})", "'act_fn'"},
      {Code::model_unsupported, R"({"upsample_fn": "bilinear"})", "'upsample_fn'"},
      {Code::json_out_of_range, R"({"upsampling_scaling_factor": 4})", "'upsampling_scaling_factor'"},
      {Code::json_out_of_range, R"({"in_channels": 4})", "'in_channels'"},
      {Code::json_out_of_range, R"({"shift_factor": 0.1})", "'shift_factor'"},
      {Code::json_out_of_range, R"({"encoder_block_out_channels": [64, 64, 64, 32]})", "'encoder_block_out_channels'"},
      {Code::json_out_of_range, R"({"decoder_block_out_channels": [64]})", "'decoder_block_out_channels'"},
      {Code::json_out_of_range, R"({"num_encoder_blocks": []})", "'num_encoder_blocks'"},
      {Code::json_out_of_range, R"({"num_decoder_blocks": [3, 3]})", "'num_decoder_blocks'"},
  };
  for (const Case& c : cases) {
    const std::string message = message_of(c.code, [&] { parse(c.text); });
    EXPECT_NE(message.find(c.field), std::string::npos) << message;
  }
}

TEST(TinyAutoencoderNames, CountTheLayersOfTheOriginalFiles) {
  const auto original_of = [](TinyAutoencoderPart part, const std::string& name) {
    const auto tensors = tiny_autoencoder_tensors({}, part);
    const auto found = std::ranges::find(tensors, name, &TinyAutoencoderTensor::name);
    return found == tensors.end() ? "none" : found->original_name + " " + found->shape.to_string();
  };
  const auto encoder = TinyAutoencoderPart::encoder;
  const auto decoder = TinyAutoencoderPart::decoder;
  const auto shape = [](Shape s) { return " " + s.to_string(); };
  EXPECT_EQ(original_of(encoder, "encoder.layers.0.weight"), "0.weight" + shape({64, 3, 3, 3}));
  EXPECT_EQ(original_of(encoder, "encoder.layers.1.conv.4.bias"), "1.conv.4.bias" + shape({64}));
  EXPECT_EQ(original_of(encoder, "encoder.layers.2.bias"), "none") << "strided convolutions have no bias";
  EXPECT_EQ(original_of(encoder, "encoder.layers.14.weight"), "14.weight" + shape({4, 64, 3, 3}));
  EXPECT_EQ(original_of(decoder, "decoder.layers.0.weight"), "1.weight" + shape({64, 4, 3, 3}));
  EXPECT_EQ(original_of(decoder, "decoder.layers.2.conv.0.weight"), "3.conv.0.weight" + shape({64, 64, 3, 3}));
  EXPECT_EQ(original_of(decoder, "decoder.layers.6.weight"), "7.weight" + shape({64, 64, 3, 3}));
  EXPECT_EQ(original_of(decoder, "decoder.layers.18.bias"), "19.bias" + shape({3}));
}

TEST(TinyAutoencoderNames, MissingTensorsAreNamedAsInTheFile) {
  const nn::Parameters nothing([](const std::string&) { return Weight{}; });
  EXPECT_FALSE(has_original_names(nothing, TinyAutoencoderPart::decoder));
  const nn::Parameters p = with_diffusers_names(nothing, {}, TinyAutoencoderPart::decoder);
  EXPECT_FALSE(p.find("decoder.layers.6.bias"));
  const std::string message = message_of(Code::tensor_missing, [&] { p.find("decoder.layers.2.conv.0.weight"); });
  EXPECT_NE(message.find("'3.conv.0.weight'"), std::string::npos) << message;
}

}  // namespace
}  // namespace redraw
