#include "checkpoint/tensor_kinds.h"

#include <array>

#include "base/error.h"
#include "checkpoint/kind_words.h"
#include "models/known_kinds.h"
#include "weights/shown_text.h"

namespace redraw {
namespace {

// What to do with parts and helpers of models.
constexpr std::string_view kMerge = "a model that has it merged in runs";
constexpr std::string_view kBase = "give the model that it goes with";
constexpr std::string_view kVae = "give it as --vae, with the model";
constexpr std::string_view kTiny = "give it as --preview-vae or --vae, with the model";
constexpr std::string_view kWhole =
    "give the whole model: one file with all parts, or the folder with model_index.json";

constexpr std::string_view kLora = "a LoRA, a small change to a model, which redraw does not support";
constexpr std::string_view kControlNet = "a ControlNet, which steers another model and which redraw does not support";
constexpr std::string_view kControlLora =
    "a Control-LoRA, which steers another model and which redraw does not support";
constexpr std::string_view kAdapter = "a T2I-Adapter, which steers another model and which redraw does not support";
constexpr std::string_view kIpAdapter =
    "an IP-Adapter, which makes a model follow a picture and which redraw does not support";
constexpr std::string_view kInversion =
    "a textual inversion (embedding), a word for a model, which redraw does not support";
constexpr std::string_view kHypernetwork = "a hypernetwork, a small change to a model, which redraw does not support";
constexpr std::string_view kUpscaler = "an upscaler of pictures (ESRGAN and its like), which redraw does not support";
constexpr std::string_view kSafety = "a safety checker, which judges pictures";
constexpr std::string_view kMotion = "an AnimateDiff motion module, which redraw does not support";
constexpr std::string_view kSd35 = "a Stable Diffusion 3.5 model (MMDiT), which redraw does not support";
constexpr std::string_view kKandinsky = "a part of Kandinsky, which redraw does not support";
constexpr std::string_view kT5 = "T5, a text encoder of other models, which redraw does not support";
constexpr std::string_view kLlm = "a language model";
constexpr std::string_view kVision = "CLIP's encoder of pictures";
constexpr std::string_view kClip = "a text encoder alone (CLIP)";
constexpr std::string_view kOpenClip = "a text encoder alone (OpenCLIP)";
constexpr std::string_view kVaeAlone = "an autoencoder alone";
constexpr std::string_view kTinyAlone = "a tiny autoencoder (TAESD)";
constexpr std::string_view kUNetAlone = "the network (UNet) of a diffusers folder alone";
constexpr std::string_view kLcm = "a latent consistency model (LCM) as a network alone, which redraw does not support";

// Sources: the names in the files that the models' authors publish, in their own layout and in diffusers'.
constexpr auto kTensors = std::to_array<TensorKind>({
    // What changes or steers a model names that model's layers, so it comes first.
    {"lora_controlnet", kControlLora, kBase},
    {"*.hada_w1_a", "a LoHa, a small change to a model, which redraw does not support", kMerge},
    {"*.hada_w1_b", "a LoHa, a small change to a model, which redraw does not support", kMerge},
    {"*.lokr_w1*", "a LoKr, a small change to a model, which redraw does not support", kMerge},
    {"*.lokr_w2*", "a LoKr, a small change to a model, which redraw does not support", kMerge},
    {"*.oft_blocks", "an OFT network, a small change to a model, which redraw does not support", kMerge},
    {"lora_unet_*", kLora, kMerge},
    {"lora_te*", kLora, kMerge},
    {"lora_transformer_*", kLora, kMerge},
    {"*.lora_down.weight", kLora, kMerge},
    {"*.lora_up.weight", kLora, kMerge},
    {"*.lora_A.*", kLora, kMerge},
    {"*.lora_B.*", kLora, kMerge},
    {"*_lora.down.weight", kLora, kMerge},
    {"*_lora.up.weight", kLora, kMerge},
    {"*.lora.down.weight", kLora, kMerge},
    {"*.lora.up.weight", kLora, kMerge},
    {"*.lora_linear_layer.*", kLora, kMerge},
    {"*.dora_scale", kLora, kMerge},
    {"*controlnet_cond_embedding.*", kControlNet, kBase},
    {"*control_model.*", kControlNet, kBase},
    {"*input_hint_block.*", kControlNet, kBase},
    {"*zero_convs.*", kControlNet, kBase},
    {"*controlnet_blocks.*", kControlNet, kBase},
    {"*controlnet_down_blocks.*", kControlNet, kBase},
    {"*to_k_ip.weight", kIpAdapter, kBase},
    {"image_proj.*", kIpAdapter, kBase},
    {"ip_adapter.*", kIpAdapter, kBase},
    {"adapter.*", kAdapter, kBase},
    {"body.0.block1.weight", kAdapter, kBase},
    {"body.0.resnets.0.*", kAdapter, kBase},
    {"body.0.in_conv.weight", kAdapter, kBase},
    {"emb_params", kInversion, kBase},
    {"string_to_param*", kInversion, kBase},
    {"clip_l", kInversion, kBase},
    {"clip_g", kInversion, kBase},
    {"<*>", kInversion, kBase},
    {"768.*linear.0.weight", kHypernetwork, kBase},
    {"320.*linear.0.weight", kHypernetwork, kBase},
    {"1024.*linear.0.weight", kHypernetwork, kBase},
    {"*motion_modules.*", kMotion, kBase},
    {"concept_embeds", kSafety, kBase},
    {"special_care_embeds", kSafety, kBase},
    // Upscalers.
    {"model.1.sub.*", kUpscaler, ""},
    {"*RRDB_trunk.*", kUpscaler, ""},
    {"*body.0.rdb1.*", kUpscaler, ""},
    {"*residual_group.*", kUpscaler, ""},
    {"*params*body.0.weight", kUpscaler, ""},
    {"body.0.weight", kUpscaler, ""},
    // Moving pictures.
    {"*individual_token_refiner.*", kHunyuanVideo, ""},
    {"*time_stack.*", kSvd, ""},
    {"*temporal_transformer_blocks.*", kSvd, ""},
    {"*self_attn.norm_q.weight", kWan, ""},
    {"*condition_embedder.*", kWan, ""},
    {"patch_embed.text_proj.*", kCog, ""},
    {"*adaln_layer.adaLN_modulations.*", kCog, ""},
    {"*patchify_proj.*", kLtx, ""},
    {"*t5_yproj.*", kMochi, ""},
    {"net.blocks.block0.*", kCosmos, ""},
    // Transformers, the narrower names before the wider.
    {"*distilled_guidance_layer.*", kChroma, ""},
    {"*double_stream_modulation_img.*", kFlux2, ""},
    {"*double_stream_blocks.*", kHiDream, ""},
    {"*double_blocks.*", kFlux, ""},
    {"*single_blocks.*", kFlux, ""},
    {"*joint_transformer_blocks.*", kAura, ""},
    {"*double_layers.*", kAura, ""},
    {"*single_transformer_blocks.*", kFlux, ""},
    {"*joint_blocks.*.attn2.*", kSd35, ""},
    {"*joint_blocks.*.ln_q.weight", kSd35, ""},
    {"*joint_blocks.*", kSd3, ""},
    {"*transformer_blocks.*.img_mlp.*", kQwen, ""},
    {"*transformer_blocks.*.attn2.add_q_proj.*", kSd35, ""},
    {"*transformer_blocks.*.attn.add_q_proj.*", kSd3, ""},
    {"*cap_pad_token", kZImage, ""},
    {"*all_x_embedder.*", kZImage, ""},
    {"*noise_refiner.*", kLumina, ""},
    {"*attention.wk_y.weight", kLumina, ""},
    {"*default_modulation.*", kHunyuanDit, ""},
    {"*text_embedding_padding", kHunyuanDit, ""},
    {"*attention_y_norm.*", kSana, ""},
    {"*caption_norm.*", kSana, ""},
    {"*cross_attn.kv_linear.*", kPixArt, ""},
    {"adaln_single.*", kPixArt, ""},
    {"*clip_txt_pooled_mapper.*", kCascade, ""},
    {"*clip_mapper.*", kCascade, ""},
    {"*effnet_mapper.*", kCascade, ""},
    {"*quantize.embedding.weight", kKandinsky, ""},
    {"*prior_embedding*", kKandinsky, ""},
    {"encoder_hid_proj.image_embeds.*", kKandinsky, ""},
    {"add_embedding.image_norm.*", kKandinsky, ""},
    {"add_embedding.pool.*", kIf, ""},
    {"*encoder_pooling.*", kIf, ""},
    // Parts of models.
    {"*SelfAttention.q.weight", kT5, ""},
    {"enc.blk.*", kT5, ""},
    {"*vision_model.*", kVision, kBase},
    {"*visual.*", kVision, kBase},
    {"text_model.*", kClip, kWhole},
    {"embeddings.token_embedding.weight", kClip, kWhole},
    {"*transformer.text_model.*", kClip, kWhole},
    {"*transformer.resblocks.*", kOpenClip, kWhole},
    {"*layers.*.self_attn.*", kLlm, ""},
    {"blk.*.attn_q.weight", kLlm, ""},
    {"*h.*.attn.c_attn.weight", kLlm, ""},
    {"decoder.layers.*.conv.*", kTinyAlone, kTiny},
    {"encoder.layers.*.conv.*", kTinyAlone, kTiny},
    {"taesd_*", kTinyAlone, kTiny},
    {"decoder.*.conv.0.weight", kTinyAlone, kTiny},
    {"3.conv.0.weight", kTinyAlone, kTiny},
    {"*decoder.mid.block_1.*", kVaeAlone, kVae},
    {"*decoder.mid_block.*", kVaeAlone, kVae},
    {"*encoder.down.*", kVaeAlone, kVae},
    {"*time_embedding.cond_proj.weight", kLcm, ""},
    {"*down_blocks.*.resnets.*", kUNetAlone, kWhole},
});

constexpr auto kNetworks = std::to_array<TensorKind>({
    {"time_embed.cond_proj.weight", kLatentConsistency, ""},
    {"zero_convs.*", kControlNet, kBase},
    {"input_hint_block.*", kControlNet, kBase},
    {"*.time_stack.*", kSvd, ""},
    {"*.time_mixer.*", kSvd, ""},
    {"*motion_modules.*", "a model with an AnimateDiff motion module in it, which redraw does not support",
     "use the model without"},
    {"position_net.*", "a GLIGEN model, whose boxes redraw does not support", "use the base model"},
    {"*.fuser.*", "a GLIGEN model, whose boxes redraw does not support", "use the base model"},
    {"*to_k_ip.weight", "a model with an IP-Adapter put in, which redraw does not support", "use the model without"},
    {"encoder_hid_proj.*", kKolors, ""},
});

}  // namespace

std::span<const TensorKind> tensor_kinds() {
  return kTensors;
}
std::span<const TensorKind> unbuilt_networks() {
  return kNetworks;
}
bool matches(std::string_view pattern, std::string_view name) {
  const size_t first = pattern.find('*');
  if (first == pattern.npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, first))) return false;
  name.remove_prefix(first);
  pattern.remove_prefix(first + 1);
  // Each run between stars at its earliest place; the last one at the end.
  for (size_t star = pattern.find('*'); star != pattern.npos; star = pattern.find('*')) {
    const size_t at = name.find(pattern.substr(0, star));
    if (at == name.npos) return false;
    name.remove_prefix(at + star);
    pattern.remove_prefix(star + 1);
  }
  return name.ends_with(pattern);
}

std::string kind_of_file(const WeightsFile& file) {
  for (const TensorKind& kind : kTensors) {
    for (const TensorEntry& entry : file.tensors()) {
      if (matches(kind.pattern, entry.name)) return kind_sentence(kind.what, kind.then);
    }
  }
  return {};
}

void refuse_unbuilt_network(const WeightsFile& file, std::string_view prefix) {
  for (const TensorKind& kind : kNetworks) {
    for (const TensorEntry& entry : file.tensors()) {
      const std::string_view name = entry.name;
      if (!name.starts_with(prefix) || !matches(kind.pattern, name.substr(prefix.size()))) continue;
      throw Error(Code::model_unsupported, file.path().string() + ": is " + kind_sentence(kind.what, kind.then) +
                                               " (it has a tensor " + shown_text(name) + ")");
    }
  }
}

}  // namespace redraw
