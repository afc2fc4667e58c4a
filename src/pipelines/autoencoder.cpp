#include "pipelines/autoencoder.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "pipelines/pixels.h"

namespace redraw {

Tensor scaled_mean(const ModelSpec& model, const EncodedPicture& picture) {
  Tensor latent = Tensor::from(picture.mean.shape(), picture.mean.values());
  if (!picture.logvar) return latent;
  const auto factor = static_cast<float>(model.vae.scaling_factor);
  for (float& x : latent.values()) x *= factor;
  return latent;
}

EncodedPicture PictureEncoder::operator()(const Tensor& pixels, WrapAxes wrap) const {
  if (tiny_) return {.mean = (*tiny_)(pixels, wrap), .logvar = {}};
  VaePosterior posterior = (*vae_)(pixels, wrap);
  return {.mean = std::move(posterior.mean), .logvar = std::move(posterior.logvar)};
}

Image LatentDecoder::operator()(const Tensor& latent, WrapAxes wrap) const {
  Tensor pixels;
  if (tiny_) {
    pixels = (*tiny_)(latent, wrap);
  } else {
    Tensor unscaled(*pool_, latent.shape());
    const auto factor = static_cast<float>(scaling_factor_);
    std::transform(latent.values().begin(), latent.values().end(), unscaled.data(),
                   [factor](float x) { return x / factor; });
    pixels = (*vae_)(unscaled, wrap);
  }
  const Tensor& made = pixels;
  if (!std::all_of(made.values().begin(), made.values().end(), [](float x) { return std::isfinite(x); })) {
    throw Error(
        Code::model_not_finite,
        model_name_ +
            ": the autoencoder computes values that are not numbers, so there is no picture; its weights may be "
            "damaged, or may be a half-precision version that overflows; try another one with --vae");
  }
  return image_of_tensor(pixels);
}

}  // namespace redraw
