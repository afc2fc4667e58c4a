#include "nn/resnet_block.h"

#include <utility>

namespace redraw::nn {

ResnetBlock::ResnetBlock(Backend& backend, const Parameters& p, const ResnetBlockSpec& spec)
    : norm1_(group_norm(backend, p / "norm1", spec.in_channels, spec.groups, spec.epsilon)),
      conv1_(conv3x3(backend, p / "conv1", spec.in_channels, spec.out_channels)),
      norm2_(group_norm(backend, p / "norm2", spec.out_channels, spec.groups, spec.epsilon)),
      conv2_(conv3x3(backend, p / "conv2", spec.out_channels, spec.out_channels)) {
  if (spec.time_channels > 0) {
    time_projection_ = linear(backend, p / "time_emb_proj", spec.time_channels, spec.out_channels);
  }
  if (spec.in_channels != spec.out_channels) {
    // Channels-last, a 1x1 convolution is a linear layer over the tokens.
    shortcut_ = linear(backend, p / "conv_shortcut", spec.in_channels, spec.out_channels);
  }
}

Tensor ResnetBlock::operator()(const Tensor& x, const Tensor& silu_time, WrapAxes wrap) const {
  const Tensor h = conv1_(norm1_(x, Activation::silu), {}, wrap);
  const Tensor shift = time_projection_ ? (*time_projection_)(silu_time) : Tensor();
  Tensor residual = shortcut_ ? (*shortcut_)(x) : x;
  return conv2_(norm2_(h, Activation::silu, shift), std::move(residual), wrap);
}

}  // namespace redraw::nn
