// A Stable Diffusion model, ready to run: prompts to contexts, pictures to latents and back, latents to noise.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/model_spec.h"
#include "image/image.h"
#include "models/unet.h"
#include "text/clip_tokenizer.h"

namespace redraw {

/// Latents are [N, h, w, 4], channels-last, scaled by the autoencoder's scaling_factor.
class StableDiffusion {
 public:
  /// Opens a diffusers folder: reads its configurations, maps its weights, and checks the name and shape of every
  /// tensor that it will use. Numbers are read when they are first needed. The backend must outlive the model.
  static std::unique_ptr<StableDiffusion> load(Backend& backend, const std::filesystem::path& folder);

  const ModelSpec& spec() const { return spec_; }
  Backend& backend() const { return *backend_; }

  struct EncodedPrompt {
    Tensor context;           ///< [1, 77, width]
    int64_t dropped_ids = 0;  ///< token ids of the prompt that found no room
  };
  EncodedPrompt encode_prompt(std::string_view prompt) const;

  /// The posterior of a picture whose sides are multiples of 8; mean and logvar unscaled.
  VaePosterior encode_image(const Image& image, WrapAxes wrap = {}) const;
  /// latent: scaled. Throws Error(model_not_finite) when the autoencoder yields infinities or NaN, so that nobody
  /// gets a black picture for an answer.
  Image decode_latent(const Tensor& latent, WrapAxes wrap = {}) const;

  const UNet& unet() const { return unet_; }

 private:
  StableDiffusion(Backend& backend, const DiffusersFolder& folder, ModelSpec spec);

  Backend* backend_;
  ModelSpec spec_;
  ClipTokenizer tokenizer_;
  ClipTextModel text_encoder_;
  UNet unet_;
  VaeEncoder vae_encoder_;
  VaeDecoder vae_decoder_;
};

}  // namespace redraw
