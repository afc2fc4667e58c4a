// The residual block of UNet and VAE.
#pragma once

#include <optional>

#include "nn/layers.h"

namespace redraw::nn {

struct ResnetBlockSpec {
  int64_t in_channels = 0;
  int64_t out_channels = 0;
  int64_t time_channels = 0;  ///< of the time embedding; 0: none (VAE)
  int64_t groups = 32;
  float epsilon = 1e-5f;  ///< of both group norms: 1e-5 in UNets, 1e-6 in VAEs
};

/// conv2(silu(norm2(conv1(silu(norm1(x))) + time))) + shortcut(x) (He et al. 2016; diffusers ResnetBlock2D with
/// time_embedding_norm "default"). The shortcut is a 1x1 convolution where the channels change.
class ResnetBlock {
 public:
  ResnetBlock(Backend& backend, const Parameters& p, const ResnetBlockSpec& spec);

  /// x [N, H, W, in], silu_time [N or 1, time_channels] = silu of the time embedding, or empty -> [N, H, W, out]
  Tensor operator()(const Tensor& x, const Tensor& silu_time = {}, WrapAxes wrap = {}) const;

 private:
  GroupNorm norm1_;
  Conv2d conv1_;
  std::optional<Linear> time_projection_;
  GroupNorm norm2_;
  Conv2d conv2_;
  std::optional<Linear> shortcut_;
};

}  // namespace redraw::nn
