// The denoising network of Stable Diffusion.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "models/unet_config.h"
#include "nn/resnet_block.h"
#include "nn/transformer.h"

namespace redraw {

/// What the network is told besides latent and time. It is the same for all steps of a run.
struct UNetConditions {
  Tensor context;               ///< [N, tokens, cross_attention_dim], the encoded prompts
  Tensor pooled;                ///< SDXL: [N, pooled width], else empty
  std::vector<float> time_ids;  ///< SDXL: N rows of original height, width, crop top, left, target height, width
  WrapAxes wrap{};              ///< of every convolution; without a seam where all levels divide the latent evenly
};

/// UNet2DConditionModel (Ronneberger et al. 2015; Ho et al. 2020; Rombach et al. 2022; diffusers 0.42.1), whole or with
/// blocks left out (BK-SDM, Kim et al. 2023; SSD-1B, Gupta et al. 2024; KOALA, Lee et al. 2023).
class UNet {
 public:
  UNet(Backend& backend, const nn::Parameters& p, const UNetConfig& config);

  /// What can be computed once for a run: keys and values of every cross-attention, the added embedding.
  struct Prepared {
    nn::CrossAttentionCache cross_attention;
    Tensor added_embedding;  ///< [N, time_embed_dim] or empty
    WrapAxes wrap{};
  };
  /// Throws Error(bad_size) when the conditions are not what the configuration asks for.
  Prepared prepare(const UNetConditions& conditions) const;

  /// latent [N, h, w, in_channels]; timesteps: one for all, or one a row -> [N, h, w, out_channels]: noise, v or
  /// original, as the model was trained to predict.
  Tensor operator()(const Tensor& latent, std::span<const float> timesteps, const Prepared& prepared) const;

  const UNetConfig& config() const { return config_; }

 private:
  /// One of a level's layers (UNetConfig::Level::layers): a residual block, then a transformer where there is one.
  struct Layer {
    nn::ResnetBlock resnet;
    std::optional<nn::Transformer2D> transformer;
  };
  struct Level {
    std::vector<Layer> layers;
    std::optional<Conv2d> resample;  ///< after the layers: stride 2 downwards; upwards, after nearest upsampling
  };

  void build_down(const nn::Parameters& p);
  void build_up(const nn::Parameters& p);
  void build_middle(const nn::Parameters& p);
  /// The layer of residual block `index` in a block of the model; depth 0: no transformer.
  Layer layer(const nn::Parameters& block, int64_t index, int64_t in, const UNetConfig::Level& level,
              int64_t depth) const;
  Tensor run(const Layer& layer, Tensor x, const Tensor& time, const Prepared& prepared, size_t& next) const;
  Tensor silu_time_embedding(std::span<const float> timesteps, const Tensor& added) const;

  Backend* backend_;
  UNetConfig config_;
  Linear time_linear_1_, time_linear_2_;
  std::optional<Linear> added_linear_1_, added_linear_2_;
  Conv2d conv_in_;
  std::vector<Level> down_;
  std::vector<Layer> middle_;
  std::vector<Level> up_;
  GroupNorm norm_out_;
  Conv2d conv_out_;
};

}  // namespace redraw
