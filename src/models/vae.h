// The autoencoder between pictures and latents.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/json.h"
#include "nn/resnet_block.h"

namespace redraw {

/// vae/config.json (diffusers AutoencoderKL).
struct VaeConfig {
  int64_t in_channels = 3;
  int64_t out_channels = 3;
  int64_t latent_channels = 4;
  int64_t layers_per_block = 1;
  int64_t norm_num_groups = 32;
  std::vector<int64_t> block_out_channels;
  double scaling_factor = 0.18215;  ///< latents handed to the UNet are the encoder's times this
  int64_t sample_size = 512;        ///< side of the pictures it was trained on
  bool mid_block_add_attention = true;
  bool use_quant_conv = true;
  bool use_post_quant_conv = true;

  /// Pixels a latent cell covers in each direction: 8 with the usual four levels.
  int64_t downscale() const { return int64_t{1} << (block_out_channels.size() - 1); }

  bool operator==(const VaeConfig&) const = default;
};

/// Throws the errors of JsonObject, and Error(model_unsupported) naming the field for what redraw does not support.
VaeConfig parse_vae_config(const JsonObject& config);

/// Residual block, attention over all positions with one head, residual block.
class VaeMidBlock {
 public:
  VaeMidBlock(Backend& backend, const nn::Parameters& p, int64_t channels, int64_t groups, bool has_attention);
  Tensor operator()(Tensor x, WrapAxes wrap) const;

 private:
  struct Attention {
    GroupNorm norm;
    Linear q, k, v, out;
  };
  Backend* backend_;
  nn::ResnetBlock first_;
  std::optional<Attention> attention_;
  nn::ResnetBlock second_;
};

/// One resolution of encoder or decoder.
struct VaeLevel {
  std::vector<nn::ResnetBlock> resnets;
  std::optional<Conv2d> resample;  ///< after the blocks: stride 2 downwards; upwards, after nearest upsampling
};

/// Mean and log variance of the latents' normal distribution, unscaled, [N, h, w, latent_channels] each.
struct VaePosterior {
  Tensor mean;
  Tensor logvar;  ///< within [-30, 20], as the reference bounds it
};

class VaeEncoder {
 public:
  VaeEncoder(Backend& backend, const nn::Parameters& p, const VaeConfig& config);
  /// image [N, H, W, 3] in [-1, 1], H and W multiples of the downscale. wrap: of every convolution, also of the strided
  /// ones. InvokeAI 2.3 leaves those padded with zeros, because diffusers pads them apart from the layer.
  VaePosterior operator()(const Tensor& image, WrapAxes wrap = {}) const;

 private:
  Backend* backend_;
  VaeConfig config_;
  Conv2d conv_in_;
  std::vector<VaeLevel> levels_;
  VaeMidBlock mid_;
  GroupNorm norm_out_;
  Conv2d conv_out_;
  std::optional<Conv2d> quant_conv_;
};

class VaeDecoder {
 public:
  VaeDecoder(Backend& backend, const nn::Parameters& p, const VaeConfig& config);
  /// latent [N, h, w, latent_channels], unscaled -> [N, 8h, 8w, 3], about [-1, 1], not clamped.
  Tensor operator()(const Tensor& latent, WrapAxes wrap = {}) const;

 private:
  Backend* backend_;
  std::optional<Conv2d> post_quant_conv_;
  Conv2d conv_in_;
  VaeMidBlock mid_;
  std::vector<VaeLevel> levels_;
  GroupNorm norm_out_;
  Conv2d conv_out_;
};

}  // namespace redraw
