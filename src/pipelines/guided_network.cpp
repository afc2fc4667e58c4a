#include "pipelines/guided_network.h"

#include <algorithm>

#include "diffusion/cfg_rescale.h"

namespace redraw {
namespace {

// Tensors of one row each -> one of all the rows.
Tensor stacked(const std::vector<const Tensor*>& rows) {
  const Shape& row = rows.front()->shape();
  std::vector<int64_t> extents(row.extents().begin(), row.extents().end());
  extents.front() = std::ssize(rows);
  Tensor all = Tensor::zeros(Shape(extents));
  float* out = all.data();
  for (const Tensor* tensor : rows) out = std::copy(tensor->values().begin(), tensor->values().end(), out);
  return all;
}

}  // namespace

GuidedNetwork::GuidedNetwork(const UNet& unet, NetworkConditions conditions, const Shape& latent_shape)
    : unet_(unet), conditions_(std::move(conditions)), latent_shape_(latent_shape) {}

void GuidedNetwork::set_guidance(double scale, double rescale, double picture_scale) {
  scale_ = static_cast<float>(scale);
  rescale_ = rescale;
  picture_scale_ = static_cast<float>(picture_scale);
}

std::span<const GuidedNetwork::Row> GuidedNetwork::rows_of(const NetworkCall& call) const {
  const bool is_guided = conditions_.negative_context && (scale_ > 1.0f || !call.unconditional.empty());
  if (!is_guided) return kUnguided;
  if (conditions_.guides_by_picture) return kGuidedByPicture;
  return kGuided;
}

const UNet::Prepared& GuidedNetwork::prepared(std::span<const Row> rows) {
  std::optional<UNet::Prepared>& slot = rows.size() > 1 ? guided_ : unguided_;
  if (!slot) {
    const NetworkConditions& c = conditions_;
    std::vector<const Tensor*> contexts, pooled;
    std::vector<float> time_ids;
    for (const Row& row : rows) {
      contexts.push_back(row.has_prompt ? &c.context : &c.negative_context);
      pooled.push_back(row.has_prompt ? &c.pooled : &c.negative_pooled);
      time_ids.insert(time_ids.end(), c.time_ids.begin(), c.time_ids.end());
    }
    slot = unet_.prepare({.context = stacked(contexts),
                          .pooled = c.pooled ? stacked(pooled) : Tensor(),
                          .time_ids = std::move(time_ids),
                          .wrap = c.wrap});
  }
  return *slot;
}

Tensor GuidedNetwork::input_of(std::span<const float> x, std::span<const Row> rows) const {
  const Tensor& extra = conditions_.extra_channels;
  const int64_t latent_channels = latent_shape_.back();
  const int64_t extra_channels = extra ? extra.shape().back() : 0;
  Tensor input =
      Tensor::zeros({std::ssize(rows), latent_shape_[1], latent_shape_[2], latent_channels + extra_channels});
  float* out = input.data();
  for (const Row& row : rows) {
    for (int64_t pixel = 0; pixel < latent_shape_[1] * latent_shape_[2]; ++pixel) {
      out = std::copy_n(x.data() + pixel * latent_channels, latent_channels, out);
      if (row.has_channels && extra) std::copy_n(extra.data() + pixel * extra_channels, extra_channels, out);
      out += extra_channels;
    }
  }
  return input;
}

void GuidedNetwork::operator()(const NetworkCall& call) {
  const std::span<const Row> rows = rows_of(call);
  rows_ += std::ssize(rows);
  const auto time = static_cast<float>(call.timestep);
  const Tensor predicted = unet_(input_of(call.x, rows), {&time, 1}, prepared(rows));
  const auto row = [&, size = call.output.size()](size_t index) {
    return predicted.values().subspan(index * size, size);
  };
  std::ranges::copy(row(0).first(call.unconditional.size()), call.unconditional.begin());
  const std::span<const float> conditional = row(rows.size() - 1);
  if (rows.size() == 1) {
    std::ranges::copy(conditional, call.output.begin());
    return;
  }
  const std::span<const float> without_prompt = row(rows.size() - 2);
  for (size_t i = 0; i < call.output.size(); ++i) {
    call.output[i] = row(0)[i] + scale_ * (conditional[i] - without_prompt[i]);
  }
  if (conditions_.guides_by_picture) {
    for (size_t i = 0; i < call.output.size(); ++i) {
      call.output[i] += picture_scale_ * (without_prompt[i] - row(0)[i]);
    }
  }
  rescale_guidance(rescale_, conditional, call.output);
}

}  // namespace redraw
