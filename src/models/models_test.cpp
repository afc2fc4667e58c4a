// What the configurations of models may say. Their numbers are proven against the reference in tests/parity.
#include <functional>
#include <gtest/gtest.h>

#include "base/error.h"
#include "models/clip_text.h"
#include "models/known_kinds.h"
#include "models/unet_config.h"
#include "models/vae.h"
#include "support/error_of.h"

namespace redraw {
namespace {

JsonObject json(const std::string& text) {
  return JsonObject::parse(text, "config.json");
}

using Depths = std::vector<int64_t>;

const std::string kUNet =
    R"("block_out_channels": [32, 64], "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
       "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"])";

TEST(UNetConfig, ReadsLevelsFromTheHighestResolutionDown) {
  const UNetConfig config = parse_unet_config(json("{" + kUNet + R"(, "attention_head_dim": [4, 8],
      "transformer_layers_per_block": 2, "layers_per_block": 1, "cross_attention_dim": 96, "sample_size": 16})"));
  ASSERT_EQ(config.levels.size(), 2u);
  EXPECT_EQ(config.levels[0].heads, 4);
  EXPECT_EQ(config.levels[0].down_depth, (Depths{2}));
  EXPECT_EQ(config.levels[0].up_depth, (Depths{2, 2})) << "up_block_types runs from the lowest resolution";
  EXPECT_EQ(config.levels[1].down_depth, (Depths{0}));
  EXPECT_EQ(config.levels[1].up_depth, (Depths{0, 0}));
  EXPECT_EQ(config.middle, UNetConfig::Middle::transformer);
  EXPECT_EQ(config.middle_depth, 2);
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

// A row's value where it has one, else something that a configuration may well have there.
std::string field_of(const KnownKind& kind) {
  const bool is_list = kind.field == "down_block_types";
  const std::string value = kind.value.empty() ? "16" : "\"" + std::string(kind.value) + "X\"";
  return "\"" + std::string(kind.field) + "\": " + (is_list ? "[" + value + "]" : value);
}

void expect_named(std::span<const KnownKind> kinds, const std::function<void(const JsonObject&)>& parse) {
  for (const KnownKind& kind : kinds) {
    const std::string text = "{" + field_of(kind) + "}";
    const std::string message = message_of(Code::model_unsupported, [&] { parse(json(text)); });
    EXPECT_NE(message.find(kind.what), std::string::npos) << text << ": " << message;
    EXPECT_NE(message.find("'" + std::string(kind.field) + "'"), std::string::npos) << message;
    for (const char* empty : {"null", "false", "[]"}) {
      EXPECT_NO_THROW(refuse_known_kinds(json("{\"" + std::string(kind.field) + "\": " + empty + "}"), kinds));
    }
  }
}

TEST(KnownKinds, EveryRowIsRefusedAsWhatItIs) {
  expect_named(kinds_of_unets(), [](const JsonObject& config) { parse_unet_config(config); });
  expect_named(kinds_of_vaes(), [](const JsonObject& config) { parse_vae_config(config); });
  expect_named(kinds_of_text_encoders(), [](const JsonObject& config) { parse_clip_text_config(config); });
}

// As published: fields of several rows at once, of which the one that tells most must decide.
TEST(KnownKinds, PublishedConfigurationsAreNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"time_cond_proj_dim": 256})", "latent consistency model"},
      {R"({"time_cond_proj_dim": 256})", "--sampler lcm"},
      {R"({"encoder_hid_dim": 4096, "encoder_hid_dim_type": "text_proj", "addition_embed_type": "text_time"})",
       "Kolors"},
      {R"({"encoder_hid_dim": 4096, "addition_embed_type": "text", "down_block_types": ["ResnetDownsampleBlock2D"]})",
       "DeepFloyd IF"},
      {R"({"addition_embed_type": "image", "encoder_hid_dim": 1280, "encoder_hid_dim_type": "image_proj"})",
       "Kandinsky 2.2"},
      {R"({"addition_embed_type": "text_image", "encoder_hid_dim_type": "text_image_proj"})", "Kandinsky 2.1"},
      {R"({"class_embed_type": "projection", "projection_class_embeddings_input_dim": 2048})", "unCLIP"},
      {R"({"num_class_embeds": 1000, "in_channels": 7, "only_cross_attention": [true, true, true, false]})",
       "x4 upscaler"},
      {R"({"conditioning_embedding_out_channels": [16, 32]})", "ControlNet"},
      {R"({"attention_type": "gated-text-image"})", "GLIGEN"},
      {R"({"down_block_types": ["DownBlock2D", "CrossAttnDownBlockMotion"]})", "AnimateDiff"},
  };
  for (const auto& [text, words] : cases) {
    const JsonObject config = json(text);
    const std::string message = message_of(Code::model_unsupported, [&] { parse_unet_config(config); });
    EXPECT_NE(message.find(words), std::string::npos) << message;
  }
}

const std::string kSsd1b =  // the blocks of SSD-1B
    R"({"block_out_channels": [32, 64, 128], "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D",
        "CrossAttnDownBlock2D"], "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        "attention_head_dim": [1, 2, 4], )";

TEST(UNetConfig, ReadsADepthForEachResidualBlock) {
  const UNetConfig config = parse_unet_config(json(kSsd1b + R"("mid_block_type": "UNetMidBlock2D",
      "transformer_layers_per_block": [0, [2, 3], [4, 5]],
      "reverse_transformer_layers_per_block": [[4, 5, 10], [2, 1, 6], 1]})"));
  EXPECT_EQ(config.middle, UNetConfig::Middle::resnet);
  EXPECT_EQ(config.levels[0].down_depth, (Depths{0, 0}));
  EXPECT_EQ(config.levels[0].up_depth, (Depths{0, 0, 0}));
  EXPECT_EQ(config.levels[1].down_depth, (Depths{2, 3}));
  EXPECT_EQ(config.levels[1].up_depth, (Depths{2, 1, 6}));
  EXPECT_EQ(config.levels[2].down_depth, (Depths{4, 5}));
  EXPECT_EQ(config.levels[2].up_depth, (Depths{4, 5, 10}));
}

TEST(UNetConfig, TakesTheFirstDepthOfTheLowestLevelForTheMiddle) {
  const UNetConfig config = parse_unet_config(json(kSsd1b + R"("transformer_layers_per_block": [1, 1, [4, 5]],
      "reverse_transformer_layers_per_block": [2, [2, 1, 6, 7], [9]]})"));
  EXPECT_EQ(config.middle, UNetConfig::Middle::transformer);
  EXPECT_EQ(config.middle_depth, 4);
  EXPECT_EQ(config.levels[2].up_depth, (Depths{2, 2, 2}));
  EXPECT_EQ(config.levels[1].up_depth, (Depths{2, 1, 6})) << "diffusers takes as many as there are blocks";
}

TEST(UNetConfig, HasNoMiddleWhereItsTypeIsNull) {
  EXPECT_EQ(parse_unet_config(json("{" + kUNet + R"(, "mid_block_type": null})")).middle, UNetConfig::Middle::none);
  EXPECT_EQ(parse_unet_config(json("{" + kUNet + "}")).middle, UNetConfig::Middle::transformer);
}

TEST(UNetConfig, RefusesDepthsThatDoNotFitTheLevels) {
  struct Case {
    Code code;
    const char* text;
    const char* part;
  };
  const Case cases[] = {
      {Code::json_missing_field, R"("transformer_layers_per_block": [1, [2, 2], 4])",
       "'reverse_transformer_layers_per_block'"},
      {Code::json_out_of_range, R"("transformer_layers_per_block": [1, 2])", "must have 3 entries"},
      {Code::json_out_of_range, R"("reverse_transformer_layers_per_block": [4, 2])", "must have 3 entries"},
      {Code::json_out_of_range,
       R"("transformer_layers_per_block": [1, [2], 1], "reverse_transformer_layers_per_block": 1)",
       "a list of 1 for a level of 2 residual blocks"},
      {Code::json_out_of_range, R"("reverse_transformer_layers_per_block": [1, [2, 2], 1])",
       "a list of 2 for a level of 3 residual blocks"},
      {Code::json_out_of_range, R"("transformer_layers_per_block": [1, 0, 1])", "a 0 for a level with attention"},
      {Code::json_out_of_range, R"("transformer_layers_per_block": [1, -1, 1])", "between 0 and 65536"},
      {Code::json_out_of_range, R"("transformer_layers_per_block": 18446744073709551615)", "between 0 and 65536"},
      {Code::json_wrong_type, R"("transformer_layers_per_block": [1, "2", 1])", "'transformer_layers_per_block'"},
      {Code::json_wrong_type, R"("transformer_layers_per_block": [1, [[2]], 1])", "'transformer_layers_per_block'"},
      {Code::json_wrong_type, R"("reverse_transformer_layers_per_block": true)",
       "'reverse_transformer_layers_per_block'"},
  };
  for (const Case& c : cases) {
    const std::string message = message_of(c.code, [&] { parse_unet_config(json(kSsd1b + c.text + "}")); });
    EXPECT_NE(message.find(c.part), std::string::npos) << c.text << ": " << message;
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
