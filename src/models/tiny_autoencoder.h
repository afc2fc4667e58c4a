// The tiny autoencoder: convolutions alone, for quick looks at a latent and for weak machines.
#pragma once

#include <vector>

#include "models/tiny_autoencoder_config.h"
#include "nn/layers.h"

namespace redraw {

/// relu(conv(relu(conv(relu(conv(x))))) + x), convolutions of 3x3 (diffusers AutoencoderTinyBlock).
class TinyAutoencoderBlock {
 public:
  TinyAutoencoderBlock(Backend& backend, const nn::Parameters& p, int64_t channels);
  /// [N, h, w, channels] -> the same shape.
  Tensor operator()(Tensor x, WrapAxes wrap) const;

 private:
  Backend* backend_;
  Conv2d first_, second_, third_;
};

/// diffusers EncoderTiny (0.42.1; Bohan 2023, "TAESD").
class TinyEncoder {
 public:
  /// p: the root, whose tensors are "encoder.layers.N....".
  TinyEncoder(Backend& backend, const nn::Parameters& p, const TinyAutoencoderConfig& config);
  /// image [N, H, W, 3] in [-1, 1], H and W multiples of the downscale -> latent [N, h, w, latent_channels] in the
  /// UNet's scale. Nothing is random: there is a latent, not a distribution of them.
  Tensor operator()(const Tensor& image, WrapAxes wrap = {}) const;

 private:
  struct Level {
    Conv2d conv;  ///< of stride 2 but for the first
    std::vector<TinyAutoencoderBlock> blocks;
  };
  Backend* backend_;
  float scaling_factor_;
  std::vector<Level> levels_;
  Conv2d conv_out_;
};

/// diffusers DecoderTiny.
class TinyDecoder {
 public:
  /// p: the root, whose tensors are "decoder.layers.N....".
  TinyDecoder(Backend& backend, const nn::Parameters& p, const TinyAutoencoderConfig& config);
  /// latent [N, h, w, latent_channels] in the UNet's scale -> [N, 8h, 8w, 3], about [-1, 1], not clamped.
  Tensor operator()(const Tensor& latent, WrapAxes wrap = {}) const;

 private:
  struct Level {
    std::vector<TinyAutoencoderBlock> blocks;
    Conv2d conv;  ///< after nearest upsampling; at the last level without it, to the three colours
  };
  Backend* backend_;
  float scaling_factor_;
  Conv2d conv_in_;
  std::vector<Level> levels_;
};

}  // namespace redraw
