// Pictures to latents and back, with any of a model's autoencoders.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "checkpoint/model_spec.h"
#include "image/image.h"
#include "models/tiny_autoencoder.h"
#include "models/vae.h"

namespace redraw {

/// An encoder's result for a picture, [1, h, w, latent_channels]. Do not change it: later runs reuse it.
struct EncodedPicture {
  /// The posterior's mean, unscaled. A tiny autoencoder has one latent instead, in the UNet's scale.
  Tensor mean;
  Tensor logvar;  ///< empty for a tiny autoencoder, which has no posterior

  uint64_t bytes() const { return static_cast<uint64_t>(mean.elements() + logvar.elements()) * sizeof(float); }
};

/// The latent to start from, as a new copy: the posterior's scaled mean, or a tiny autoencoder's latent.
Tensor scaled_mean(const ModelSpec& model, const EncodedPicture& picture);

/// Keeps a network in memory as long as it lives.
class PictureEncoder {
 public:
  explicit PictureEncoder(std::shared_ptr<const VaeEncoder> vae) : vae_(std::move(vae)) {}
  explicit PictureEncoder(std::shared_ptr<const TinyEncoder> tiny) : tiny_(std::move(tiny)) {}
  /// pixels: [1, H, W, 3] in [-1, 1], sides multiples of 8.
  EncodedPicture operator()(const Tensor& pixels, WrapAxes wrap) const;

 private:
  std::shared_ptr<const VaeEncoder> vae_ = nullptr;
  std::shared_ptr<const TinyEncoder> tiny_ = nullptr;
};

/// Keeps a network in memory as long as it lives.
class LatentDecoder {
 public:
  LatentDecoder(std::shared_ptr<const VaeDecoder> vae, MemoryPool& pool, const ModelSpec& model)
      : vae_(std::move(vae)), pool_(&pool), scaling_factor_(model.vae.scaling_factor), model_name_(model.name) {}
  LatentDecoder(std::shared_ptr<const TinyDecoder> tiny, const ModelSpec& model)
      : tiny_(std::move(tiny)), model_name_(model.name) {}
  /// latent: [1, h, w, latent_channels], scaled. Throws Error(model_not_finite) if the autoencoder computes infinities
  /// or NaN, so that nobody gets a black picture as an answer.
  Image operator()(const Tensor& latent, WrapAxes wrap) const;

 private:
  std::shared_ptr<const VaeDecoder> vae_ = nullptr;
  std::shared_ptr<const TinyDecoder> tiny_ = nullptr;
  MemoryPool* pool_ = nullptr;
  double scaling_factor_ = 1;
  std::string model_name_;
};

}  // namespace redraw
