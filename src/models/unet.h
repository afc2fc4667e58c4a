// The denoising network of Stable Diffusion.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "models/unet_config.h"
#include "nn/resnet_block.h"
#include "nn/transformer.h"

namespace redraw {

/// What the network is told besides latent and time; the same for all steps of a run.
struct UNetConditions {
  Tensor context;               ///< [N, tokens, cross_attention_dim], the encoded prompts
  Tensor pooled;                ///< SDXL: [N, pooled width], else empty
  std::vector<float> time_ids;  ///< SDXL: N rows of original height, width, crop top, left, target height, width
  WrapAxes wrap{};              ///< of every convolution; without a seam where all levels divide the latent evenly
};

/// UNet2DConditionModel (Ronneberger et al. 2015; Ho et al. 2020; Rombach et al. 2022; diffusers 0.42.1).
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
  struct DownLevel {
    std::vector<nn::ResnetBlock> resnets;
    std::vector<nn::Transformer2D> transformers;  ///< one for each residual block, or none
    std::optional<Conv2d> downsample;
  };
  struct UpLevel {
    std::vector<nn::ResnetBlock> resnets;
    std::vector<nn::Transformer2D> transformers;
    std::optional<Conv2d> upsample;
  };

  void build_down(const nn::Parameters& p);
  void build_up(const nn::Parameters& p);
  nn::ResnetBlock resnet(const nn::Parameters& p, int64_t in, int64_t out) const;
  nn::Transformer2D transformer(const nn::Parameters& p, const UNetConfig::Level& level) const;
  Tensor silu_time_embedding(std::span<const float> timesteps, const Tensor& added) const;

  Backend* backend_;
  UNetConfig config_;
  Linear time_linear_1_, time_linear_2_;
  std::optional<Linear> added_linear_1_, added_linear_2_;
  Conv2d conv_in_;
  std::vector<DownLevel> down_;
  nn::ResnetBlock mid_first_;
  nn::Transformer2D mid_transformer_;
  nn::ResnetBlock mid_second_;
  std::vector<UpLevel> up_;
  GroupNorm norm_out_;
  Conv2d conv_out_;
};

}  // namespace redraw
