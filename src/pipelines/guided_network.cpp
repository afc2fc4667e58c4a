#include "pipelines/guided_network.h"

#include <algorithm>

#include "diffusion/cfg_rescale.h"

namespace redraw {
namespace {

// [1, ...] twice -> [2, ...]; empty where there is nothing.
Tensor stacked(const Tensor& first, const Tensor& second) {
  if (!first) return {};
  std::vector<int64_t> extents(first.shape().extents().begin(), first.shape().extents().end());
  extents.front() = 2;
  Tensor both = Tensor::zeros(Shape(extents));
  std::copy(first.values().begin(), first.values().end(), both.data());
  std::copy(second.values().begin(), second.values().end(), both.data() + first.elements());
  return both;
}

}  // namespace

GuidedNetwork::GuidedNetwork(const UNet& unet, NetworkConditions conditions, const Shape& latent_shape)
    : unet_(unet), conditions_(std::move(conditions)), latent_shape_(latent_shape) {}

void GuidedNetwork::set_guidance(double scale, double rescale) {
  scale_ = static_cast<float>(scale);
  rescale_ = rescale;
}

const UNet::Prepared& GuidedNetwork::prepared(bool both) {
  std::optional<UNet::Prepared>& slot = both ? both_ : prompt_alone_;
  if (!slot) {
    const NetworkConditions& c = conditions_;
    std::vector<float> time_ids = c.time_ids;
    if (both) time_ids.insert(time_ids.end(), c.time_ids.begin(), c.time_ids.end());
    slot = unet_.prepare({.context = both ? stacked(c.negative_context, c.context) : c.context,
                          .pooled = both ? stacked(c.negative_pooled, c.pooled) : c.pooled,
                          .time_ids = std::move(time_ids),
                          .wrap = c.wrap});
  }
  return *slot;
}

void GuidedNetwork::operator()(const NetworkCall& call) {
  const bool both = conditions_.negative_context && (scale_ > 1.0f || !call.unconditional.empty());
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
