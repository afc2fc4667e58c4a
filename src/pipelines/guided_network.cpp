#include "pipelines/guided_network.h"

#include <algorithm>

namespace redraw {
namespace {

// [1, tokens, width] twice -> [2, tokens, width]
Tensor stacked(const Tensor& first, const Tensor& second) {
  Tensor both = Tensor::zeros({2, first.dim(1), first.dim(2)});
  std::copy(first.values().begin(), first.values().end(), both.data());
  std::copy(second.values().begin(), second.values().end(), both.data() + first.elements());
  return both;
}

}  // namespace

GuidedNetwork::GuidedNetwork(const UNet& unet, const Tensor& context, const Tensor& negative_context, double cfg_scale,
                             const Shape& latent_shape, WrapAxes wrap)
    : unet_(unet),
      cfg_scale_(static_cast<float>(cfg_scale)),
      batch_shape_{negative_context ? 2 : 1, latent_shape[1], latent_shape[2], latent_shape[3]},
      prepared_(unet.prepare({.context = negative_context ? stacked(negative_context, context) : context,
                              .pooled = {},
                              .time_ids = {},
                              .wrap = wrap})) {}

void GuidedNetwork::operator()(const NetworkCall& call) const {
  Tensor input = Tensor::zeros(batch_shape_);
  for (int64_t n = 0; n < batch_shape_[0]; ++n) {
    std::copy(call.x.begin(), call.x.end(), input.data() + n * static_cast<int64_t>(call.x.size()));
  }
  const auto time = static_cast<float>(call.timestep);
  const Tensor predicted = unet_(input, {&time, 1}, prepared_);
  const float* first = predicted.data();
  std::copy_n(first, call.unconditional.size(), call.unconditional.data());
  if (batch_shape_[0] == 1) {
    std::copy_n(first, call.output.size(), call.output.data());
    return;
  }
  const float* conditional = first + call.output.size();
  for (size_t i = 0; i < call.output.size(); ++i) {
    call.output[i] = first[i] + cfg_scale_ * (conditional[i] - first[i]);
  }
}

}  // namespace redraw
