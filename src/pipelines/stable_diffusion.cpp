#include "pipelines/stable_diffusion.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "pipelines/pixels.h"
#include "pipelines/runnable.h"

namespace redraw {

StableDiffusion::StableDiffusion(Backend& backend, Checkpoint checkpoint, std::filesystem::path vocabulary)
    : backend_(&backend), checkpoint_(std::move(checkpoint)), vocabulary_(std::move(vocabulary)) {
  require_networks(checkpoint_);
  // In the order in which a run reads them.
  for (const std::string_view part : {std::string_view("text_encoder"), std::string_view("text_encoder_2"),
                                      spec().encoder_part(), std::string_view("vae"), std::string_view("unet")}) {
    for (const PartSource& source : checkpoint_.parts()) {
      if (source.name == part) source.file->prefetch();
    }
  }
}

const TextEncoders& StableDiffusion::text_encoders() {
  if (!text_encoders_) text_encoders_.emplace(*backend_, checkpoint_, vocabulary_);
  return *text_encoders_;
}

const UNet& StableDiffusion::unet() {
  if (!unet_) unet_.emplace(*backend_, parameters_of(checkpoint_.part("unet")), spec().unet);
  return *unet_;
}

VaePosterior StableDiffusion::encode_image(const Image& image, WrapAxes wrap) {
  return encode_pixels(tensor_of_image(backend_->pool(), image), wrap);
}

VaePosterior StableDiffusion::encode_pixels(const Tensor& pixels, WrapAxes wrap) {
  if (spec().encodes_with_tiny_vae()) {
    throw Error(Code::usage, spec().name + ": a tiny autoencoder makes one latent of a picture, no posterior");
  }
  if (!spec().vae_encodes) {
    throw Error(Code::model_part_missing, checkpoint_.part("vae").file->path().string() + ": has no encoder");
  }
  if (!vae_encoder_) {
    vae_encoder_.emplace(*backend_, parameters_of(checkpoint_.part(spec().encoder_part())), spec().vae);
  }
  return (*vae_encoder_)(pixels, wrap);
}

Tensor StableDiffusion::encode_to_latent(const Image& image, WrapAxes wrap) {
  if (spec().encodes_with_tiny_vae()) {
    if (!tiny_encoder_) tiny_encoder_.emplace(*backend_, parameters_of(checkpoint_.part("vae")), *spec().tiny_vae);
    return (*tiny_encoder_)(tensor_of_image(backend_->pool(), image), wrap);
  }
  Tensor latent = encode_image(image, wrap).mean;
  const auto factor = static_cast<float>(spec().vae.scaling_factor);
  for (float& x : latent.values()) x *= factor;
  return latent;
}

Image StableDiffusion::decode_latent(const Tensor& latent, WrapAxes wrap) {
  if (spec().tiny_vae) {
    if (!tiny_decoder_) tiny_decoder_.emplace(*backend_, parameters_of(checkpoint_.part("vae")), *spec().tiny_vae);
    return checked_image((*tiny_decoder_)(latent, wrap));
  }
  if (!vae_decoder_) vae_decoder_.emplace(*backend_, parameters_of(checkpoint_.part("vae")), spec().vae);
  Tensor unscaled(backend_->pool(), latent.shape());
  const auto factor = static_cast<float>(spec().vae.scaling_factor);
  std::transform(latent.values().begin(), latent.values().end(), unscaled.data(),
                 [factor](float x) { return x / factor; });
  return checked_image((*vae_decoder_)(unscaled, wrap));
}

Image StableDiffusion::decode_preview(const Tensor& latent, WrapAxes wrap) {
  if (!spec().preview_vae) return decode_latent(latent, wrap);
  if (!preview_decoder_) {
    preview_decoder_.emplace(*backend_, parameters_of(checkpoint_.part("preview_vae")), *spec().preview_vae);
  }
  return checked_image((*preview_decoder_)(latent, wrap));
}

Image StableDiffusion::checked_image(const Tensor& pixels) const {
  const bool finite =
      std::all_of(pixels.values().begin(), pixels.values().end(), [](float x) { return std::isfinite(x); });
  if (!finite) {
    throw Error(Code::model_not_finite,
                spec().name +
                    ": the autoencoder yields values that are not numbers, so there is no picture; its weights may be "
                    "damaged, or be a half-precision version known to overflow: try another one with --vae");
  }
  return image_of_tensor(pixels);
}

void StableDiffusion::release_text_encoders() {
  text_encoders_.reset();
  backend_->pool().trim();
}

void StableDiffusion::release_unet() {
  unet_.reset();
  backend_->pool().trim();
}

void StableDiffusion::release_vae_encoder() {
  vae_encoder_.reset();
  tiny_encoder_.reset();
  backend_->pool().trim();
}

void StableDiffusion::release_vae_decoder() {
  vae_decoder_.reset();
  tiny_decoder_.reset();
  preview_decoder_.reset();
  backend_->pool().trim();
}

}  // namespace redraw
