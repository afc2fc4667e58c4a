// What the configurations of models may say. Their numbers are proven against the reference in tests/parity.
#include <gtest/gtest.h>

#include "base/error.h"
#include "models/clip_text.h"
#include "models/unet_config.h"
#include "models/vae.h"
#include "support/error_of.h"

namespace redraw {
namespace {

JsonObject json(const std::string& text) {
  return JsonObject::parse(text, "config.json");
}

const std::string kUNet =
    R"("block_out_channels": [32, 64], "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
       "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"])";

TEST(UNetConfig, ReadsLevelsFromTheHighestResolutionDown) {
  const UNetConfig config = parse_unet_config(json("{" + kUNet + R"(, "attention_head_dim": [4, 8],
      "transformer_layers_per_block": 2, "layers_per_block": 1, "cross_attention_dim": 96, "sample_size": 16})"));
  ASSERT_EQ(config.levels.size(), 2u);
  EXPECT_EQ(config.levels[0].heads, 4);
  EXPECT_EQ(config.levels[1].transformer_layers, 2);
  EXPECT_TRUE(config.levels[0].down_attention);
  EXPECT_TRUE(config.levels[0].up_attention) << "up_block_types runs from the lowest resolution";
  EXPECT_FALSE(config.levels[1].down_attention);
  EXPECT_FALSE(config.levels[1].up_attention);
  EXPECT_EQ(config.time_embed_dim(), 128);
}

TEST(UNetConfig, RefusesWhatIsNotBuiltAndNamesTheField) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("act_fn": "gelu")", "act_fn"},
      {R"("mid_block_type": "UNetMidBlock2DSimpleCrossAttn")", "mid_block_type"},
      {R"("class_embed_type": "timestep")", "class_embed_type"},
      {R"("center_input_sample": true)", "center_input_sample"},
      {R"("time_cond_proj_dim": 256)", "time_cond_proj_dim"},
      {R"("addition_embed_type": "image")", "addition_embed_type"},
      {R"("dual_cross_attention": true)", "dual_cross_attention"},
  };
  for (const auto& [text, field] : cases) {
    const std::string config = "{" + kUNet + ", " + text + "}";
    const std::string message = message_of(Code::model_unsupported, [&] { parse_unet_config(json(config)); });
    EXPECT_NE(message.find("'" + std::string(field) + "'"), std::string::npos) << message;
  }
}

TEST(UNetConfig, RefusesHeadsThatDoNotDivideTheChannels) {
  message_of(Code::json_out_of_range, [] { parse_unet_config(json("{" + kUNet + R"(, "attention_head_dim": 5})")); });
}

TEST(UNetConfig, RefusesListsOfDifferentLengths) {
  message_of(Code::json_out_of_range, [] {
    parse_unet_config(json(R"({"block_out_channels": [32], "down_block_types": [], "up_block_types": ["UpBlock2D"]})"));
  });
}

TEST(VaeConfig, TakesItsDefaultsFromTheReference) {
  const VaeConfig config = parse_vae_config(json(R"({"block_out_channels": [16, 32, 64, 64],
      "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"],
      "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]})"));
  EXPECT_EQ(config.scaling_factor, 0.18215);
  EXPECT_EQ(config.layers_per_block, 1);
  EXPECT_EQ(config.downscale(), 8);
  EXPECT_TRUE(config.use_quant_conv);
}

TEST(VaeConfig, RefusesOtherBlocks) {
  message_of(Code::model_unsupported, [] {
    parse_vae_config(json(R"({"block_out_channels": [16], "down_block_types": ["AttnDownEncoderBlock2D"],
      "up_block_types": ["UpDecoderBlock2D"]})"));
  });
}

TEST(ClipTextConfig, ReadsActivationAndProjection) {
  const ClipTextConfig config = parse_clip_text_config(json(R"({"architectures": ["CLIPTextModelWithProjection"],
      "hidden_act": "gelu", "hidden_size": 1280, "num_attention_heads": 20, "projection_dim": 1280})"));
  EXPECT_EQ(config.hidden_act, Activation::gelu);
  EXPECT_EQ(config.projection_dim, 1280);
  message_of(Code::model_unsupported, [] { parse_clip_text_config(json(R"({"hidden_act": "relu"})")); });
  message_of(Code::model_unsupported, [] { parse_clip_text_config(json(R"({"model_type": "t5"})")); });
  message_of(Code::json_out_of_range, [] { parse_clip_text_config(json(R"({"hidden_size": 10})")); });
}

}  // namespace
}  // namespace redraw
