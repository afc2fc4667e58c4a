#include "models/known_kinds.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "base/utf8.h"

namespace redraw {
namespace {

using nlohmann::json;

// Sources: the configurations that the models' authors publish in diffusers' and transformers' layouts.
constexpr auto kUNets = std::to_array<KnownKind>({
    {"_class_name", "ControlNet", "a ControlNet, which steers another model and which redraw does not support"},
    {"_class_name", "UNet3DCondition", "a model of moving pictures, which redraw does not support"},
    {"_class_name", "UNetSpatioTemporal",
     "Stable Video Diffusion, which makes moving pictures and which redraw does not support"},
    {"_class_name", "UNetMotion", "an AnimateDiff model of moving pictures, which redraw does not support"},
    {"_class_name", "StableCascadeUNet", "Stable Cascade, which redraw does not support"},
    {"_class_name", "UNet2DModel", "a model without prompts (UNet2DModel), which redraw does not support"},
    {"_class_name", "Kandinsky3", "Kandinsky 3, which redraw does not support"},
    {"time_cond_proj_dim", "", kLatentConsistency},
    {"conditioning_embedding_out_channels", "",
     "a ControlNet, which steers another model and which redraw does not support"},
    {"addition_embed_type", "text_image", "Kandinsky 2.1, which redraw does not support"},
    {"addition_embed_type", "image_hint", "Kandinsky 2.2 with a hint of depth, which redraw does not support"},
    {"addition_embed_type", "image", "Kandinsky 2.2, which redraw does not support"},
    {"encoder_hid_dim_type", "text_image_proj", "Kandinsky 2.1, which redraw does not support"},
    {"encoder_hid_dim_type", "image_proj", "Kandinsky 2.2, which redraw does not support"},
    {"encoder_hid_dim_type", "ip_image_proj",
     "a model with an IP-Adapter put in, which redraw does not support; use the model without"},
    {"encoder_hid_dim_type", "text_proj",
     "a model whose prompts go through a language model (DeepFloyd IF with T5, Kolors with ChatGLM), which redraw does "
     "not support"},
    {"encoder_hid_dim", "",
     "a model whose prompts go through a language model (DeepFloyd IF), which redraw does not support"},
    {"class_embed_type", "projection",
     "an unCLIP model, which takes a picture's CLIP features and which redraw does not support"},
    {"class_embed_type", "simple_projection", "a model of sound (AudioLDM), which redraw does not support"},
    {"class_embed_type", "timestep", "an upscaler of Stable Diffusion, which redraw does not support"},
    {"class_embed_type", "", "a model with classes beside its prompts, which redraw does not support"},
    {"num_class_embeds", "", "the x4 upscaler of Stable Diffusion, which redraw does not support"},
    {"time_embedding_type", "fourier", "the latent upscaler of Stable Diffusion, which redraw does not support"},
    {"attention_type", "gated", "a GLIGEN model, whose boxes redraw does not support; use the base model"},
    {"dual_cross_attention", "", "Versatile Diffusion, which redraw does not support"},
    {"down_block_types", "KDown", "the latent upscaler of Stable Diffusion, which redraw does not support"},
    {"down_block_types", "KCrossAttn", "the latent upscaler of Stable Diffusion, which redraw does not support"},
    {"down_block_types", "SimpleCrossAttn",
     "a pixel model as DeepFloyd IF, or Kandinsky, which redraw does not support"},
    {"down_block_types", "ResnetDownsample",
     "a pixel model as DeepFloyd IF, or Kandinsky, which redraw does not support"},
    {"down_block_types", "CrossAttnDownBlock3D", "a model of moving pictures, which redraw does not support"},
    {"down_block_types", "CrossAttnDownBlockSpatioTemporal", "Stable Video Diffusion, which redraw does not support"},
    {"down_block_types", "CrossAttnDownBlockMotion",
     "an AnimateDiff model of moving pictures, which redraw does not support"},
    {"down_block_types", "DownBlockFlat", "Versatile Diffusion, which redraw does not support"},
    {"down_block_types", "CrossAttnDownBlockFlat", "Versatile Diffusion, which redraw does not support"},
});
constexpr auto kVaes = std::to_array<KnownKind>({
    {"_class_name", "AutoencoderKLTemporal", "Stable Video Diffusion's autoencoder, which redraw does not support"},
    {"_class_name", "AsymmetricAutoencoderKL",
     "an autoencoder for inpainting (AsymmetricAutoencoderKL), which redraw does not support"},
    {"_class_name", "ConsistencyDecoder", "DALL-E 3's consistency decoder, which redraw does not support"},
    {"_class_name", "VQModel", "an autoencoder with a codebook (of Kandinsky or LDM), which redraw does not support"},
    {"_class_name", "AutoencoderDC", "Sana's autoencoder, which redraw does not support"},
    {"_class_name", "AutoencoderKLWan", "Wan's autoencoder of moving pictures, which redraw does not support"},
    {"_class_name", "AutoencoderKLQwenImage", "Qwen-Image's autoencoder, which redraw does not support"},
    {"_class_name", "AutoencoderKLHunyuan", "HunyuanVideo's autoencoder, which redraw does not support"},
    {"_class_name", "AutoencoderKLCogVideoX", "CogVideoX's autoencoder, which redraw does not support"},
    {"_class_name", "AutoencoderKLLTXVideo", "LTX-Video's autoencoder, which redraw does not support"},
    {"latents_mean", "",
     "the autoencoder of a model with another scale of the latents (Playground 2.5), which redraw does not support"},
    {"latents_std", "",
     "the autoencoder of a model with another scale of the latents (Playground 2.5), which redraw does not support"},
    {"shift_factor", "", "an autoencoder as FLUX and Stable Diffusion 3 have it, which redraw does not support"},
});
constexpr auto kTextEncoders = std::to_array<KnownKind>({
    {"model_type", "t5",
     "T5, the text encoder of FLUX, Stable Diffusion 3, PixArt and DeepFloyd IF, which redraw does not support"},
    {"model_type", "mt5", "mT5, the text encoder of Hunyuan-DiT, which redraw does not support"},
    {"model_type", "umt5", "UMT5, the text encoder of Wan and AuraFlow, which redraw does not support"},
    {"model_type", "chatglm", "ChatGLM, the text encoder of Kolors, which redraw does not support"},
    {"model_type", "clip_vision_model", "CLIP's encoder of pictures, not of text"},
    {"model_type", "xlm-roberta", "XLM-RoBERTa, the text encoder of AltDiffusion, which redraw does not support"},
    {"model_type", "roberta", "RoBERTa, the text encoder of AltDiffusion, which redraw does not support"},
    {"model_type", "bert", "BERT, the text encoder of Hunyuan-DiT and of LDM, which redraw does not support"},
    {"model_type", "llama",
     "a language model (Llama), the text encoder of HunyuanVideo and HiDream, which redraw does not support"},
    {"model_type", "gemma",
     "a language model (Gemma), the text encoder of Lumina and Sana, which redraw does not support"},
    {"model_type", "qwen",
     "a language model (Qwen), the text encoder of Qwen-Image and Z-Image, which redraw does not support"},
});

// What of the field fits the row: "'_class_name' is 'ControlNetModel'"; empty where nothing does.
std::string fitting(const JsonObject& config, const KnownKind& kind) {
  const json& fields = config.raw();
  const auto field = fields.find(kind.field);
  if (field == fields.end() || field->is_null() || *field == json(false) || (field->is_array() && field->empty()))
    return {};
  const std::string name = "'" + std::string(kind.field) + "' is ";
  const auto shown = [&](const json& value) {
    return name + (value.is_string() ? "'" + std::string(cut_utf8(value.get<std::string>(), 100)) + "'" : "set");
  };
  if (kind.value.empty()) return shown(*field);
  const auto fits = [&](const json& value) {
    return value.is_string() && value.get_ref<const std::string&>().starts_with(kind.value);
  };
  if (fits(*field)) return shown(*field);
  if (!field->is_array()) return {};
  const auto entry = std::ranges::find_if(*field, fits);
  return entry == field->end() ? "" : shown(*entry);
}

}  // namespace

std::span<const KnownKind> kinds_of_unets() {
  return kUNets;
}
std::span<const KnownKind> kinds_of_vaes() {
  return kVaes;
}
std::span<const KnownKind> kinds_of_text_encoders() {
  return kTextEncoders;
}

void refuse_known_kinds(const JsonObject& config, std::span<const KnownKind> kinds) {
  for (const KnownKind& kind : kinds) {
    const std::string by = fitting(config, kind);
    if (!by.empty()) {
      throw Error(Code::model_unsupported, config.where() + ": is of " + std::string(kind.what) + " (" + by + ")");
    }
  }
}

}  // namespace redraw
