// What a tiny autoencoder's config.json says.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json.h"

namespace redraw {

/// Of the pictures that it takes and makes.
inline constexpr int64_t kPictureChannels = 3;

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

}  // namespace redraw
