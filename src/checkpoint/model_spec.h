// What a model is, decided once when it is opened.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/family.h"
#include "checkpoint/model_configs.h"
#include "diffusion/scheduler_config.h"
#include "models/clip_text.h"
#include "models/tiny_autoencoder.h"
#include "models/unet_config.h"
#include "models/vae.h"

namespace redraw {

/// Everything that the configurations of a model say, checked and agreeing with each other.
struct ModelSpec {
  std::string name;            ///< the file's or folder's, for people
  std::string pipeline_class;  ///< of model_index.json: "StableDiffusionPipeline"
  Family family = Family::sd1;
  UNetInput input = UNetInput::latent;
  std::optional<ClipTextConfig> text_encoder;    ///< CLIP ViT-L; OpenCLIP ViT-H in SD 2; none in the SDXL refiner
  std::optional<ClipTextConfig> text_encoder_2;  ///< SDXL: OpenCLIP ViT-bigG
  UNetConfig unet;
  VaeConfig vae;                                          ///< with a tiny one in its place: for sizes alone
  std::optional<TinyAutoencoderConfig> tiny_vae = {};     ///< in place of `vae`; its latents are in the UNet's scale
  bool tiny_vae_encodes = false;                          ///< it has an encoder too; else the model's own encodes
  bool vae_encodes = true;                                ///< false: neither a tiny one nor the model has an encoder
  std::optional<TinyAutoencoderConfig> preview_vae = {};  ///< decodes previews in place of the model's own
  SchedulerConfig scheduler;
  bool force_zeros_for_empty_prompt = false;  ///< SDXL: an empty negative prompt is zeros, not an encoded empty text

  /// Whether the network sees a picture and changes it as the prompt says, so that it cannot do without one.
  bool edits_picture() const { return input == UNetInput::instruction; }

  /// Whether pictures are encoded by a tiny autoencoder, which makes one latent and no posterior.
  bool encodes_with_tiny_vae() const { return tiny_vae && tiny_vae_encodes; }
  /// The part that encodes pictures: the autoencoder, or the model's own beside a tiny decoder.
  std::string_view encoder_part() const { return tiny_vae && !tiny_vae_encodes ? "own_vae" : "vae"; }

  /// Side in pixels of the pictures the model was trained on.
  int64_t native_side() const { return unet.sample_size * vae.downscale(); }

  bool operator==(const ModelSpec&) const = default;
};

/// From the configurations of all parts. name: for people; where: for messages. Throws the errors of the parsers,
/// Error(model_part_missing), and Error(model_unsupported) for pipelines that are no Stable Diffusion, or whose parts
/// do not fit together.
ModelSpec make_model_spec(const ModelConfigs& configs, std::string name, const std::string& where);

/// Whether the two give the same pictures: everything but what the model and its class of pipeline are called.
bool means_the_same(ModelSpec a, ModelSpec b);

}  // namespace redraw
