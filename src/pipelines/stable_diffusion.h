// A Stable Diffusion model, ready to run: prompts to contexts, pictures to latents and back, latents to noise.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "checkpoint/checkpoint.h"
#include "image/image.h"
#include "models/tiny_autoencoder.h"
#include "models/unet.h"
#include "models/vae.h"
#include "pipelines/text_encoders.h"

namespace redraw {

/// The networks of a model, each made when it is first asked for and kept until it is released. Latents are
/// [N, h, w, 4], channels-last, scaled by the autoencoder's scaling_factor.
class StableDiffusion {
 public:
  /// Checks the name and shape of every tensor that will be used; reads no number. vocabulary: the folder of CLIP's
  /// standard vocabulary, for models in a single file. The backend must outlive the model.
  /// Throws as Checkpoint::require_whole, and Error(model_unsupported) for the SDXL refiner.
  StableDiffusion(Backend& backend, Checkpoint checkpoint, std::filesystem::path vocabulary);

  const ModelSpec& spec() const { return checkpoint_.spec(); }
  const Checkpoint& checkpoint() const { return checkpoint_; }
  Backend& backend() const { return *backend_; }

  const TextEncoders& text_encoders();
  const UNet& unet();
  /// The posterior of a picture whose sides are multiples of 8; mean and logvar unscaled. Throws Error(usage) with a
  /// tiny autoencoder, which has none.
  VaePosterior encode_image(const Image& image, WrapAxes wrap = {});
  /// The same of pixels that no 8-bit picture holds: [1, H, W, 3], in [-1, 1].
  VaePosterior encode_pixels(const Tensor& pixels, WrapAxes wrap = {});
  /// The latent of such a picture, scaled: the posterior's mean, or the only one that a tiny autoencoder has. Throws
  /// Error(model_part_missing) where that has only a decoder.
  Tensor encode_to_latent(const Image& image, WrapAxes wrap = {});
  /// latent: scaled. Throws Error(model_not_finite) when the autoencoder yields infinities or NaN, so that nobody
  /// gets a black picture for an answer.
  Image decode_latent(const Tensor& latent, WrapAxes wrap = {});
  /// The same for a look at a run: with the tiny autoencoder for previews where the model was given one.
  Image decode_preview(const Tensor& latent, WrapAxes wrap = {});

  // The memory of a network goes back to the system; it is made anew when it is asked for again.
  void release_text_encoders();
  void release_unet();
  void release_vae_encoder();
  void release_vae_decoder();  ///< and that of previews

 private:
  Image checked_image(const Tensor& pixels) const;

  Backend* backend_;
  Checkpoint checkpoint_;
  std::filesystem::path vocabulary_;
  std::optional<TextEncoders> text_encoders_;
  std::optional<UNet> unet_;
  std::optional<VaeEncoder> vae_encoder_;
  std::optional<VaeDecoder> vae_decoder_;
  std::optional<TinyEncoder> tiny_encoder_;
  std::optional<TinyDecoder> tiny_decoder_;
  std::optional<TinyDecoder> preview_decoder_;
};

}  // namespace redraw
