// Files and folders that people take for a Stable Diffusion model: what they are told.
#include <filesystem>
#include <gtest/gtest.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/listed_tensors.h"
#include "checkpoint/other_places.h"
#include "checkpoint/pipeline_kinds.h"
#include "checkpoint/single_file.h"
#include "checkpoint/tensor_kinds.h"
#include "checkpoint/vae_source.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

bool has(const std::string& text, std::string_view words) {
  return text.find(words) != std::string::npos;
}

std::string told(const std::string& tensor) {
  ListedTensors file;
  file.add(tensor, Shape{8});
  return message_of(Code::model_unsupported, [&] { read_single_file(file); });
}

// A name that the pattern stands for.
std::string example_of(std::string_view pattern) {
  std::string name;
  for (const char c : pattern) name += c == '*' ? std::string("0") : std::string(1, c);
  return name;
}

TEST(OtherKinds, PatternsStandForWholeNames) {
  EXPECT_TRUE(matches("clip_l", "clip_l"));
  EXPECT_FALSE(matches("clip_l", "clip_l.weight"));
  EXPECT_TRUE(matches("*.a.*", "x.a.b"));
  EXPECT_FALSE(matches("*.a.*", "a.b"));
  EXPECT_TRUE(matches("a*b*c", "abbc"));
  EXPECT_FALSE(matches("a*b*c", "acb"));
  EXPECT_TRUE(matches("*a", "aaa"));
  EXPECT_TRUE(matches("<*>", "<>"));
  EXPECT_FALSE(matches("<*>", "<"));
}

TEST(OtherKinds, EveryRowOfTheTableIsToldAndNoneIsHiddenByAnother) {
  for (const TensorKind& kind : tensor_kinds()) {
    const std::string message = told(example_of(kind.pattern));
    EXPECT_TRUE(has(message, kind.what)) << kind.pattern << ": " << message;
    EXPECT_TRUE(has(message, kind.then)) << kind.pattern << ": " << message;
  }
}

// Names as their authors publish them.
TEST(OtherKinds, PublishedFilesAreNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {"model.diffusion_model.double_blocks.0.img_attn.proj.weight", "FLUX"},
      {"double_blocks.0.img_attn.proj.weight", "FLUX"},
      {"single_transformer_blocks.0.attn.to_q.weight", "FLUX"},
      {"model.diffusion_model.joint_blocks.0.context_block.attn.proj.weight", "SD3"},
      {"model.diffusion_model.joint_blocks.0.x_block.attn2.qkv.weight", "3.5"},
      {"joint_blocks.0.context_block.attn.ln_q.weight", "3.5"},
      {"transformer_blocks.0.attn.add_q_proj.weight", "SD3"},
      {"joint_transformer_blocks.0.attn.to_q.weight", "AuraFlow"},
      {"blocks.0.cross_attn.kv_linear.weight", "PixArt"},
      {"blocks.0.default_modulation.1.weight", "Hunyuan-DiT"},
      {"clip_txt_pooled_mapper.weight", "Stable Cascade"},
      {"add_embedding.pool.positional_embedding", "DeepFloyd IF"},
      {"blocks.0.self_attn.norm_q.weight", "Wan"},
      {"txt_in.individual_token_refiner.blocks.0.norm1.weight", "HunyuanVideo"},
      {"patch_embed.text_proj.weight", "CogVideoX"},
      {"model.diffusion_model.patchify_proj.weight", "LTX"},
      {"down_blocks.0.motion_modules.0.temporal_transformer.norm.weight", "motion module"},
      {"distilled_guidance_layer.in_proj.weight", "Chroma"},
      {"transformer_blocks.0.img_mlp.net.0.proj.weight", "Qwen-Image"},
      {"model.diffusion_model.cap_pad_token", "Z-Image"},
      {"model.diffusion_model.noise_refiner.0.attention.qkv.weight", "Lumina"},
      {"lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight", "LoRA"},
      {"unet.down_blocks.1.attentions.0.to_q.lora_A.weight", "LoRA"},
      {"unet.down_blocks.1.attentions.0.processor.to_q_lora.down.weight", "LoRA"},
      {"base_model.model.down_blocks.0.lora_B.default.weight", "LoRA"},
      {"lora_unet_mid_block.hada_w1_a", "LoHa"},
      {"lora_unet_mid_block.lokr_w1", "LoKr"},
      {"emb_params", "textual inversion"},
      {"<cat-toy>", "textual inversion"},
      {"clip_g", "textual inversion"},
      {"control_model.input_blocks.1.0.in_layers.0.weight", "ControlNet"},
      {"controlnet_cond_embedding.conv_in.weight", "ControlNet"},
      {"adapter.body.0.in_conv.weight", "T2I-Adapter"},
      {"ip_adapter.1.to_k_ip.weight", "IP-Adapter"},
      {"model.1.sub.0.RDB1.conv1.0.weight", "upscaler"},
      {"params_ema.body.0.rdb1.conv1.weight", "upscaler"},
      {"body.0.weight", "upscaler"},
      {"decoder.mid.block_1.norm1.weight", "--vae"},
      {"decoder.mid_block.resnets.0.norm1.weight", "--vae"},
      {"decoder.layers.2.conv.0.weight", "--preview-vae"},
      {"3.conv.0.weight", "--preview-vae"},
      {"text_model.embeddings.token_embedding.weight", "text encoder"},
      {"encoder.block.0.layer.0.SelfAttention.q.weight", "T5"},
      {"vision_model.embeddings.class_embedding", "pictures"},
      {"concept_embeds", "safety checker"},
      {"model.layers.0.self_attn.q_proj.weight", "language model"},
      {"down_blocks.0.resnets.0.norm1.weight", "model_index.json"},
  };
  for (const auto& [tensor, words] : cases) EXPECT_TRUE(has(told(tensor), words)) << tensor << ": " << told(tensor);
}

TEST(OtherKinds, NetworksWithAUNetsNamesAreRefusedByTheirOwnTensors) {
  for (const TensorKind& kind : unbuilt_networks()) {
    for (const std::string prefix : {"model.diffusion_model.", ""}) {
      ListedTensors file;
      file.add(prefix + "input_blocks.0.0.weight", Shape{8, 4, 3, 3});
      file.add(prefix + example_of(kind.pattern), Shape{8});
      const std::string message = message_of(Code::model_unsupported, [&] { read_single_file(file); });
      EXPECT_TRUE(has(message, kind.what)) << kind.pattern << ": " << message;
      EXPECT_FALSE(has(message, "built")) << "a word of ours: " << message;
    }
  }
}

TEST(OtherKinds, EveryPipelineOfTheTableIsTold) {
  for (const PipelineKind& kind : pipeline_kinds()) {
    const TemporaryFolder folder;
    const std::string name = std::string(kind.start) + "Pipeline";
    folder.write("model_index.json", "{\"_class_name\": \"" + name + "\"}");
    const std::string message = message_of(Code::model_unsupported, [&] { Checkpoint::open(folder.path()); });
    EXPECT_TRUE(has(message, kind.what)) << message;
    EXPECT_TRUE(has(message, name)) << message;
  }
}

class OtherPlaces : public ::testing::Test {
 protected:
  void write_model(const std::string& at) {
    folder_.write(at + "/model_index.json", R"({"_class_name": "StableDiffusionPipeline"})");
    folder_.write(at + "/unet/config.json", R"({"_class_name": "UNet2DConditionModel"})");
    folder_.write(at + "/unet/diffusion_pytorch_model.safetensors", "");
  }
  std::string told(const std::string& path) {
    const std::string message = message_of([&] { Checkpoint::open(folder_ / path); });
    EXPECT_EQ(message_of([&] { Checkpoint::read_spec(folder_ / path); }), message);
    return message;
  }
  std::string path(const std::string& inside) { return (folder_ / inside).string(); }
  TemporaryFolder folder_;
};

TEST_F(OtherPlaces, APartAndWhatListsItSayWhichFolderToGive) {
  write_model("m");
  for (const char* inside : {"m/unet", "m/unet/", "m/unet/config.json", "m/model_index.json"}) {
    const std::string message = told(inside);
    EXPECT_TRUE(message.ends_with("give the folder " + path("m"))) << message;
  }
  EXPECT_EQ(folder_of_part(folder_ / "m/unet/diffusion_pytorch_model.safetensors"), folder_ / "m");
  EXPECT_EQ(folder_of_part(folder_ / "m/other.safetensors"), "") << "a single file beside the parts is none";
  EXPECT_EQ(folder_of_part(folder_ / "elsewhere.safetensors"), "");
  write_model("m/within");
  EXPECT_EQ(folder_of_part(folder_ / "m/within/other.safetensors"), "") << "its folder is a model, no part of one";
}

TEST_F(OtherPlaces, TheHubsCacheSaysWhichSnapshotToGive) {
  write_model("models--a--b/snapshots/abc");
  EXPECT_TRUE(told("models--a--b").ends_with("give " + path("models--a--b/snapshots/abc")));
  write_model("models--a--b/snapshots/def");
  EXPECT_TRUE(
      told("models--a--b")
          .ends_with("give one of " + path("models--a--b/snapshots/abc") + ", " + path("models--a--b/snapshots/def")));
  EXPECT_TRUE(has(told("models--a--b/snapshots"), path("models--a--b/snapshots/abc")));
  EXPECT_TRUE(has(told(""), path("models--a--b")));
  folder_.write("models--c--d/snapshots/1/model.safetensors", "");
  EXPECT_TRUE(told("models--c--d").ends_with("give " + path("models--c--d/snapshots/1/model.safetensors")));
  fs::create_directories(folder_ / "models--e--f/snapshots/1");
  EXPECT_TRUE(has(told("models--e--f"), "fetch it again"));
}

TEST_F(OtherPlaces, OtherFoldersSayWhatTheyHold) {
  folder_.write("files/a.safetensors", "");
  folder_.write("files/b.ckpt", "");
  folder_.write("files/notes.txt", "");
  EXPECT_TRUE(told("files").ends_with("give one of " + path("files/a.safetensors") + ", " + path("files/b.ckpt")));
  folder_.write("flux/config.json", R"({"_class_name": "FluxTransformer2DModel"})");
  EXPECT_TRUE(has(told("flux"), "FluxTransformer2DModel"));
  folder_.write("llm/config.json", R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama"})");
  EXPECT_TRUE(has(told("llm"), "LlamaForCausalLM"));
  folder_.write("shards/model.safetensors.index.json", "{}");
  EXPECT_TRUE(has(told("shards"), path("shards/model.safetensors.index.json")));
  folder_.write("broken/config.json", "nonsense");
  EXPECT_TRUE(has(told("broken"), "no model_index.json"));
}

TEST(OtherKinds, AnAutoencoderThatIsNoneIsNamedToo) {
  const fs::path lora = fs::path(REDRAW_SOURCE_DIR) / "models/emoji-128/unet/diffusion_pytorch_model.safetensors";
  EXPECT_TRUE(has(message_of(Code::model_unsupported, [&] { open_vae(lora, nullptr); }), "UNet"));
}

}  // namespace
}  // namespace redraw
