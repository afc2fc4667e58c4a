#include "pipelines/guided_network.h"

#include <algorithm>

#include "diffusion/cfg_rescale.h"

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

GuidedNetwork::GuidedNetwork(const UNet& unet, const Tensor& context, const Tensor& negative_context,
                             const Shape& latent_shape, WrapAxes wrap)
    : unet_(unet), context_(context), negative_context_(negative_context), latent_shape_(latent_shape), wrap_(wrap) {}

void GuidedNetwork::set_guidance(double scale, double rescale) {
  scale_ = static_cast<float>(scale);
  rescale_ = rescale;
}

const UNet::Prepared& GuidedNetwork::prepared(bool both) {
  std::optional<UNet::Prepared>& slot = both ? both_ : prompt_alone_;
  if (!slot) {
    slot = unet_.prepare({.context = both ? stacked(negative_context_, context_) : context_,
                          .pooled = {},
                          .time_ids = {},
                          .wrap = wrap_});
  }
  return *slot;
}

void GuidedNetwork::operator()(const NetworkCall& call) {
  const bool both = negative_context_ && (scale_ > 1.0f || !call.unconditional.empty());
  const int64_t rows = both ? 2 : 1;
  rows_ += rows;
  Tensor input = Tensor::zeros({rows, latent_shape_[1], latent_shape_[2], latent_shape_[3]});
  for (int64_t n = 0; n < rows; ++n) {
    std::copy(call.x.begin(), call.x.end(), input.data() + n * static_cast<int64_t>(call.x.size()));
  }
  const auto time = static_cast<float>(call.timestep);
  const Tensor predicted = unet_(input, {&time, 1}, prepared(both));
  const float* first = predicted.data();
  std::copy_n(first, call.unconditional.size(), call.unconditional.data());
  if (!both) {
    std::copy_n(first, call.output.size(), call.output.data());
    return;
  }
  const std::span<const float> conditional(first + call.output.size(), call.output.size());
  for (size_t i = 0; i < call.output.size(); ++i) call.output[i] = first[i] + scale_ * (conditional[i] - first[i]);
  rescale_guidance(rescale_, conditional, call.output);
}

}  // namespace redraw
