// Pictures to latents and back, by whichever autoencoder a model has.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "checkpoint/model_spec.h"
#include "image/image.h"
#include "models/tiny_autoencoder.h"
#include "models/vae.h"

namespace redraw {

/// What an encoder makes of a picture, [1, h, w, latent_channels]. Not to be changed: it is kept for later runs.
struct EncodedPicture {
  /// Unscaled, of the posterior; of a tiny autoencoder the one latent that it makes, in the UNet's scale.
  Tensor mean;
  Tensor logvar;  ///< empty: of a tiny autoencoder, which has no posterior

  uint64_t bytes() const { return static_cast<uint64_t>(mean.elements() + logvar.elements()) * sizeof(float); }
};

/// The latent to start from: the posterior's mean, scaled; or a tiny autoencoder's latent. A copy of its own.
Tensor scaled_mean(const ModelSpec& model, const EncodedPicture& picture);

/// A network in memory as long as this lives.
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

/// A network in memory as long as this lives.
class LatentDecoder {
 public:
  LatentDecoder(std::shared_ptr<const VaeDecoder> vae, MemoryPool& pool, const ModelSpec& model)
      : vae_(std::move(vae)), pool_(&pool), scaling_factor_(model.vae.scaling_factor), model_name_(model.name) {}
  LatentDecoder(std::shared_ptr<const TinyDecoder> tiny, const ModelSpec& model)
      : tiny_(std::move(tiny)), model_name_(model.name) {}
  /// latent: [1, h, w, latent_channels], scaled. Throws Error(model_not_finite) when the autoencoder yields infinities
  /// or NaN, so that nobody gets a black picture for an answer.
  Image operator()(const Tensor& latent, WrapAxes wrap) const;

 private:
  std::shared_ptr<const VaeDecoder> vae_ = nullptr;
  std::shared_ptr<const TinyDecoder> tiny_ = nullptr;
  MemoryPool* pool_ = nullptr;
  double scaling_factor_ = 1;
  std::string model_name_;
};

}  // namespace redraw
