// What a single file is, told from names and shapes alone: files of every family, made of the tables.
#include "checkpoint/single_file.h"

#include <array>
#include <gtest/gtest.h>

#include "checkpoint/listed_tensors.h"
#include "checkpoint/model_spec.h"
#include "support/error_of.h"

namespace redraw {
namespace {

VaeConfig vae() {
  VaeConfig config;
  config.layers_per_block = 2;
  config.block_out_channels = {128, 256, 512, 512};
  return config;
}

ClipTextConfig clip_l() {
  return {.eos_token_id = 2};
}

ClipTextConfig open_clip(int64_t width, int64_t layers, int64_t projection) {
  return {.hidden_size = width,
          .intermediate_size = 4 * width,
          .num_hidden_layers = layers,
          .num_attention_heads = width / 64,
          .hidden_act = Activation::gelu,
          .projection_dim = projection};
}

struct Depths {
  std::vector<int64_t> down, up;  ///< `up` as in UNetConfig::Level
};

UNetConfig unet(const std::vector<int64_t>& channels, const std::vector<Depths>& depths, int64_t context,
                int64_t head_width) {
  UNetConfig config;
  for (size_t i = 0; i < channels.size(); ++i) {
    config.levels.push_back({.channels = channels[i],
                             .layers = static_cast<int64_t>(depths[i].down.size()),
                             .heads = head_width == 0 ? 8 : channels[i] / head_width,
                             .down_depth = depths[i].down,
                             .up_depth = depths[i].up});
  }
  config.cross_attention_dim = context;
  config.middle_depth = depths.back().down.front() > 0 ? depths.back().down.front() : 1;
  return config;
}

const Depths kOnes{{1, 1}, {1, 1, 1}};
const Depths kNone{{0, 0}, {0, 0, 0}};

UNetConfig sd15_unet() {
  return unet({320, 640, 1280, 1280}, {kOnes, kOnes, kOnes, kNone}, 768, 0);
}

UNetConfig sdxl_unet() {
  UNetConfig config = unet({320, 640, 1280}, {kNone, {{2, 2}, {2, 2, 2}}, {{10, 10}, {10, 10, 10}}}, 2048, 64);
  config.addition_time_embed_dim = 256;
  config.projection_class_embeddings_input_dim = 2816;
  return config;
}

ListedTensors sd1_file(const UNetConfig& network) {
  ListedTensors file;
  file.add("model.diffusion_model.", unet_keys(network, false));
  file.add("first_stage_model.", vae_keys(vae()));
  file.add("cond_stage_model.transformer.text_model.", clip_keys(clip_l()));
  return file;
}

ListedTensors sd2_file(const UNetConfig& network) {
  ListedTensors file;
  file.add("model.diffusion_model.", unet_keys(network, true));
  file.add("first_stage_model.", vae_keys(vae()));
  file.add("cond_stage_model.model.", open_clip_keys(open_clip(1024, 23, 0), 24));
  return file;
}

UNetConfig sd21_unet() {
  return unet({320, 640, 1280, 1280}, {kOnes, kOnes, kOnes, kNone}, 1024, 64);
}

ListedTensors sdxl_file(const UNetConfig& network) {
  ListedTensors file;
  file.add("model.diffusion_model.", unet_keys(network, true));
  file.add("first_stage_model.", vae_keys(vae()));
  file.add("conditioner.embedders.0.transformer.text_model.", clip_keys(clip_l()));
  file.add("conditioner.embedders.1.model.", open_clip_keys(open_clip(1280, 32, 1280), 32));
  return file;
}

ModelSpec spec_of(const ListedTensors& file, std::string_view prediction = {}) {
  return make_model_spec(read_single_file(file, prediction).configs, "listed", "listed");
}

void expect_unet(const UNetConfig& ours, const UNetConfig& expected) {
  EXPECT_EQ(ours.in_channels, expected.in_channels);
  EXPECT_EQ(ours.cross_attention_dim, expected.cross_attention_dim);
  EXPECT_EQ(ours.middle, expected.middle);
  if (expected.middle == UNetConfig::Middle::transformer) {
    EXPECT_EQ(ours.middle_depth, expected.middle_depth);
  }
  EXPECT_EQ(ours.projection_class_embeddings_input_dim, expected.projection_class_embeddings_input_dim);
  ASSERT_EQ(ours.levels.size(), expected.levels.size());
  for (size_t i = 0; i < ours.levels.size(); ++i) {
    EXPECT_EQ(ours.levels[i].channels, expected.levels[i].channels) << i;
    EXPECT_EQ(ours.levels[i].layers, expected.levels[i].layers) << i;
    EXPECT_EQ(ours.levels[i].heads, expected.levels[i].heads) << i;
    EXPECT_EQ(ours.levels[i].down_depth, expected.levels[i].down_depth) << i;
    EXPECT_EQ(ours.levels[i].up_depth, expected.levels[i].up_depth) << i;
  }
}

TEST(SingleFile, StableDiffusion1) {
  const ModelSpec spec = spec_of(sd1_file(sd15_unet()));
  EXPECT_EQ(spec.family, Family::sd1);
  EXPECT_EQ(spec.input, UNetInput::latent);
  expect_unet(spec.unet, sd15_unet());
  EXPECT_EQ(spec.native_side(), 512);
  EXPECT_EQ(spec.vae.block_out_channels, vae().block_out_channels);
  EXPECT_EQ(spec.vae.layers_per_block, 2);
  EXPECT_EQ(spec.vae.scaling_factor, 0.18215);
  EXPECT_EQ(spec.text_encoder->num_hidden_layers, 12);
  EXPECT_EQ(spec.text_encoder->num_attention_heads, 12);
  EXPECT_EQ(spec.scheduler.class_name, "PNDMScheduler");
  EXPECT_EQ(spec.scheduler.prediction_type, PredictionType::epsilon);
}

TEST(SingleFile, InpaintingAndInstructPix2Pix) {
  for (const auto& [channels, input] : {std::pair{9, UNetInput::inpainting}, std::pair{8, UNetInput::instruction}}) {
    UNetConfig network = sd15_unet();
    network.in_channels = channels;
    EXPECT_EQ(spec_of(sd1_file(network)).input, input);
  }
}

TEST(SingleFile, StableDiffusion2TakesTheLastButOneOfItsTextLayers) {
  const ModelSpec spec = spec_of(sd2_file(sd21_unet()));
  EXPECT_EQ(spec.family, Family::sd2);
  expect_unet(spec.unet, sd21_unet());
  EXPECT_EQ(spec.text_encoder->num_hidden_layers, 23);
  EXPECT_EQ(spec.text_encoder->num_attention_heads, 16);
  EXPECT_EQ(spec.text_encoder->hidden_act, Activation::gelu);
}

TEST(SingleFile, PredictionTypeGoesByWhoeverKnowsBest) {
  ListedTensors file = sd2_file(sd21_unet());
  // All numbers alike have no spread.
  EXPECT_EQ(spec_of(file).scheduler.prediction_type, PredictionType::epsilon);
  EXPECT_EQ(spec_of(file).native_side(), 512);
  file.metadata()["global_step"] = "110000";
  EXPECT_EQ(spec_of(file).scheduler.prediction_type, PredictionType::v_prediction);
  EXPECT_EQ(spec_of(file).native_side(), 768);
  file.metadata()["global_step"] = "875000";
  EXPECT_EQ(spec_of(file).scheduler.prediction_type, PredictionType::epsilon);
  file.add("v_pred", Shape{0});
  EXPECT_EQ(spec_of(file).scheduler.prediction_type, PredictionType::v_prediction);
  file.metadata()["modelspec.prediction_type"] = "epsilon";
  EXPECT_EQ(spec_of(file).scheduler.prediction_type, PredictionType::epsilon);
  EXPECT_EQ(spec_of(file, "v_prediction").scheduler.prediction_type, PredictionType::v_prediction);
  EXPECT_EQ(code_of([&] { spec_of(file, "v"); }), Code::unknown_name);
}

TEST(SingleFile, ZeroTerminalSnrIsReadFromItsMark) {
  ListedTensors file = sdxl_file(sdxl_unet());
  file.add("v_pred", Shape{0});
  file.add("ztsnr", Shape{0});
  const ModelSpec spec = spec_of(file);
  EXPECT_EQ(spec.scheduler.prediction_type, PredictionType::v_prediction);
  EXPECT_TRUE(spec.scheduler.rescale_betas_zero_snr);
}

TEST(SingleFile, StableDiffusionXl) {
  const ModelSpec spec = spec_of(sdxl_file(sdxl_unet()));
  EXPECT_EQ(spec.family, Family::sdxl);
  expect_unet(spec.unet, sdxl_unet());
  EXPECT_EQ(spec.native_side(), 1024);
  EXPECT_EQ(spec.vae.scaling_factor, 0.13025);
  EXPECT_EQ(spec.text_encoder->hidden_size, 768);
  EXPECT_EQ(spec.text_encoder_2->hidden_size, 1280);
  EXPECT_EQ(spec.text_encoder_2->num_hidden_layers, 32);
  EXPECT_EQ(spec.text_encoder_2->projection_dim, 1280);
  EXPECT_TRUE(spec.force_zeros_for_empty_prompt);
  EXPECT_EQ(spec.scheduler.class_name, "EulerDiscreteScheduler");
}

TEST(SingleFile, DistilledNetworks) {
  // SSD-1B: the transformers differ from block to block, and the middle has none.
  UNetConfig ssd = unet({320, 640, 1280}, {kNone, {{2, 2}, {2, 1, 1}}, {{4, 4}, {4, 4, 10}}}, 2048, 64);
  ssd.middle = UNetConfig::Middle::resnet;
  ssd.addition_time_embed_dim = 256;
  ssd.projection_class_embeddings_input_dim = 2816;
  expect_unet(spec_of(sdxl_file(ssd)).unet, ssd);

  // BK-SDM small and tiny: one block a level, without a middle; three levels.
  const Depths one{{1}, {1, 1}};
  UNetConfig small = unet({320, 640, 1280, 1280}, {one, one, one, {{0}, {0, 0}}}, 768, 0);
  small.middle = UNetConfig::Middle::none;
  expect_unet(spec_of(sd1_file(small)).unet, small);
  UNetConfig tiny = unet({320, 640, 1280}, {one, one, one}, 768, 0);
  tiny.middle = UNetConfig::Middle::none;
  expect_unet(spec_of(sd1_file(tiny)).unet, tiny);
}

// KOALA leaves blocks out of SDXL, and its 700 M also the middle; Vega has fewer transformers and a residual block
// there.
TEST(SingleFile, DistilledNetworksOfSdxl) {
  const auto sdxl_of = [](const std::vector<Depths>& depths, UNetConfig::Middle middle) {
    UNetConfig network = unet({320, 640, 1280}, depths, 2048, 64);
    network.middle = middle;
    network.addition_time_embed_dim = 256;
    network.projection_class_embeddings_input_dim = 2816;
    return network;
  };
  const Depths none{{0}, {0, 0}};
  const UNetConfig koala_700m = sdxl_of({none, {{2}, {2, 2}}, {{5}, {5, 5}}}, UNetConfig::Middle::none);
  expect_unet(spec_of(sdxl_file(koala_700m)).unet, koala_700m);
  const UNetConfig koala_1b = sdxl_of({none, {{2}, {2, 2}}, {{6}, {6, 6}}}, UNetConfig::Middle::transformer);
  expect_unet(spec_of(sdxl_file(koala_1b)).unet, koala_1b);
  const UNetConfig vega = sdxl_of({kNone, {{1, 1}, {1, 1, 1}}, {{2, 2}, {2, 2, 2}}}, UNetConfig::Middle::resnet);
  expect_unet(spec_of(sdxl_file(vega)).unet, vega);
}

TEST(SingleFile, TheRefinerIsRecognised) {
  UNetConfig network = unet({384, 768, 1536, 1536}, {kNone, {{4, 4}, {4, 4, 4}}, {{4, 4}, {4, 4, 4}}, kNone}, 1280, 64);
  network.middle_depth = 4;
  network.addition_time_embed_dim = 256;
  network.projection_class_embeddings_input_dim = 2560;
  ListedTensors file;
  file.add("model.diffusion_model.", unet_keys(network, true));
  file.add("first_stage_model.", vae_keys(vae()));
  file.add("conditioner.embedders.0.model.", open_clip_keys(open_clip(1280, 32, 1280), 32));
  EXPECT_EQ(spec_of(file).family, Family::sdxl_refiner);
}

TEST(SingleFile, KindsThatAreNotBuiltAreRefusedWithTheReason) {
  UNetConfig depth = sd21_unet();
  depth.in_channels = 5;
  EXPECT_NE(message_of(Code::model_unsupported, [&] { spec_of(sd2_file(depth)); }).find("depth"), std::string::npos);
  UNetConfig unclip = sd21_unet();
  unclip.addition_time_embed_dim = 256;
  unclip.projection_class_embeddings_input_dim = 2048;
  EXPECT_NE(message_of(Code::model_unsupported, [&] { spec_of(sd2_file(unclip)); }).find("unCLIP"), std::string::npos);
  ListedTensors edm = sdxl_file(sdxl_unet());
  edm.add("edm_mean", Shape{4});
  EXPECT_NE(message_of(Code::model_unsupported, [&] { spec_of(edm); }).find("EDM"), std::string::npos);
  ListedTensors lora;
  lora.add("lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight", Shape{4, 320});
  EXPECT_NE(message_of(Code::model_unsupported, [&] { spec_of(lora); }).find("LoRA"), std::string::npos);
}

TEST(SingleFile, NetworksWhoseBlocksDoNotFormOneAreRefused) {
  ListedTensors file = sd1_file(sd15_unet());
  file.remove("model.diffusion_model.input_blocks.4.0.in_layers.0.weight");
  EXPECT_EQ(code_of([&] { spec_of(file); }), Code::model_unsupported);
}

}  // namespace
}  // namespace redraw
