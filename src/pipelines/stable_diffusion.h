// A Stable Diffusion model, ready to run: prompts to contexts, pictures to latents and back, latents to noise.
#pragma once

#include <filesystem>
#include <memory>

#include "checkpoint/checkpoint.h"
#include "models/unet.h"
#include "pipelines/autoencoder.h"
#include "pipelines/pipeline_caches.h"

namespace redraw {

/// A model and the keys of its networks. It holds no network. Each is built when it is needed and not in the cache, and
/// stays in memory at least as long as somebody holds its handle. Latents are [N, h, w, 4], channels-last, scaled by
/// the autoencoder's scaling_factor.
class StableDiffusion {
 public:
  /// Checks the name and shape of every tensor that will be used, and reads no number. vocabulary: the folder of CLIP's
  /// standard vocabulary, for models in a single file. The caches must outlive the model. Throws as
  /// Checkpoint::require_whole, and Error(model_unsupported) for the SDXL refiner.
  StableDiffusion(PipelineCaches& caches, Checkpoint checkpoint, std::filesystem::path vocabulary);

  const ModelSpec& spec() const { return checkpoint_.spec(); }
  const Checkpoint& checkpoint() const { return checkpoint_; }
  Backend& backend() const { return caches_->backend; }
  PipelineCaches& caches() const { return *caches_; }
  const NetworkKeys& keys() const { return keys_; }

  std::shared_ptr<const PromptTokenizers> tokenizers() const;
  std::shared_ptr<const TextEncoders> text_encoders() const;
  std::shared_ptr<const UNet> unet() const;
  /// Throws Error(model_part_missing) if the model has no encoder.
  PictureEncoder picture_encoder() const;
  LatentDecoder decoder() const;
  /// The decoder of previews: the tiny autoencoder if the model was given one.
  LatentDecoder preview_decoder() const;

  // Each of these gets the network and runs it once.
  EncodedPrompt encode_prompt(std::string_view prompt, int64_t clip_skip = 1) const;
  /// The posterior of a picture whose sides are multiples of 8; mean and logvar are unscaled. Throws Error(usage) for a
  /// tiny autoencoder, which has none.
  VaePosterior encode_image(const Image& image, WrapAxes wrap = {}) const;
  /// The latent of such a picture, scaled.
  Tensor encode_to_latent(const Image& image, WrapAxes wrap = {}) const;
  Image decode_latent(const Tensor& latent, WrapAxes wrap = {}) const { return decoder()(latent, wrap); }
  Image decode_preview(const Tensor& latent, WrapAxes wrap = {}) const { return preview_decoder()(latent, wrap); }

  /// Throws Error(usage) for a tiny autoencoder, which has no posterior.
  void require_posterior() const;

  // A network's memory goes back to the system, unless somebody holds the network. A later run builds it again.
  void release_text_encoders() const;
  void release_unet() const;
  void release_vae_encoder() const;
  void release_vae_decoder() const;  ///< also the preview decoder

 private:
  PipelineCaches* caches_;
  Checkpoint checkpoint_;
  std::filesystem::path vocabulary_;
  NetworkKeys keys_;
};

}  // namespace redraw
