// The tiny autoencoder: convolutions alone, for quick looks at a latent and for weak machines.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json.h"
#include "nn/layers.h"

namespace redraw {

/// config.json of diffusers' AutoencoderTiny. The defaults are those of the published TAESD and TAESDXL, whose original
/// files (tiny_autoencoder_names.h) have no configuration.
struct TinyAutoencoderConfig {
  int64_t latent_channels = 4;
  int64_t encoder_channels = 64;                       ///< of every layer
  int64_t decoder_channels = 64;                       ///< of every layer
  std::vector<int64_t> encoder_blocks = {1, 3, 3, 3};  ///< for each resolution, from the highest down
  std::vector<int64_t> decoder_blocks = {3, 3, 3, 1};  ///< from the lowest up
  double scaling_factor = 1;                           ///< as VaeConfig's; 1 here: made for the UNet's scale

  /// Pixels a latent cell covers in each direction.
  int64_t downscale() const { return int64_t{1} << (encoder_blocks.size() - 1); }

  bool operator==(const TinyAutoencoderConfig&) const = default;
};

/// Throws the errors of JsonObject, and Error(model_unsupported) naming the field for what redraw does not support.
/// latent_magnitude and latent_shift only serve to store latents in 8-bit pictures and are not read.
TinyAutoencoderConfig parse_tiny_autoencoder_config(const JsonObject& config);

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
