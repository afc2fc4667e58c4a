#include "pipelines/guided_network.h"

#include <algorithm>

#include "diffusion/cfg_rescale.h"
#include "pipelines/part_of.h"

namespace redraw {
namespace {

// Repeats tensors of one row each, each a given number of times, and joins all rows in one tensor.
Tensor stacked(const std::vector<const Tensor*>& rows, int64_t times) {
  const Shape& row = rows.front()->shape();
  std::vector<int64_t> extents(row.extents().begin(), row.extents().end());
  extents.front() = std::ssize(rows) * times;
  Tensor all = Tensor::zeros(Shape(extents));
  float* out = all.data();
  for (const Tensor* tensor : rows) {
    for (int64_t i = 0; i < times; ++i) out = std::copy(tensor->values().begin(), tensor->values().end(), out);
  }
  return all;
}

}  // namespace

GuidedNetwork::GuidedNetwork(const UNet& unet, NetworkConditions conditions, const Shape& latent_shape)
    : unet_(unet), conditions_(std::move(conditions)), latent_shape_(latent_shape), pictures_(latent_shape[0]) {}

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
      for (int64_t i = 0; i < pictures_; ++i) time_ids.insert(time_ids.end(), c.time_ids.begin(), c.time_ids.end());
    }
    slot = unet_.prepare({.context = stacked(contexts, pictures_),
                          .pooled = c.pooled ? stacked(pooled, pictures_) : Tensor(),
                          .time_ids = std::move(time_ids),
                          .wrap = c.wrap});
  }
  return *slot;
}

Tensor GuidedNetwork::input_of(std::span<const float> x, std::span<const Row> rows) const {
  const Tensor& extra = conditions_.extra_channels;
  const int64_t latent_channels = latent_shape_.back();
  const int64_t extra_channels = extra ? extra.shape().back() : 0;
  const int64_t pixels = latent_shape_[1] * latent_shape_[2];
  Tensor input = Tensor::zeros(
      {std::ssize(rows) * pictures_, latent_shape_[1], latent_shape_[2], latent_channels + extra_channels});
  float* out = input.data();
  for (const Row& row : rows) {
    for (int64_t pixel = 0; pixel < pictures_ * pixels; ++pixel) {
      out = std::copy_n(x.data() + pixel * latent_channels, latent_channels, out);
      if (row.has_channels && extra) std::copy_n(extra.data() + pixel % pixels * extra_channels, extra_channels, out);
      out += extra_channels;
    }
  }
  return input;
}

// Combines one picture's rows into its guided prediction.
void GuidedNetwork::guide(std::span<const std::span<const float>> rows, std::span<float> output) const {
  const std::span<const float> conditional = rows.back();
  if (rows.size() == 1) {
    std::ranges::copy(conditional, output.begin());
    return;
  }
  const std::span<const float> without_prompt = rows[rows.size() - 2];
  for (size_t i = 0; i < output.size(); ++i) {
    output[i] = rows[0][i] + scale_ * (conditional[i] - without_prompt[i]);
  }
  if (conditions_.guides_by_picture) {
    for (size_t i = 0; i < output.size(); ++i) output[i] += picture_scale_ * (without_prompt[i] - rows[0][i]);
  }
  rescale_guidance(rescale_, conditional, output);
}

void GuidedNetwork::operator()(const NetworkCall& call) {
  const std::span<const Row> kinds = rows_of(call);
  rows_ += std::ssize(kinds) * pictures_;
  const auto time = static_cast<float>(call.timestep);
  const Tensor predicted = unet_(input_of(call.x, kinds), {&time, 1}, prepared(kinds));
  std::ranges::copy(predicted.values().first(call.unconditional.size()), call.unconditional.begin());
  for (int64_t picture = 0; picture < pictures_; ++picture) {
    std::vector<std::span<const float>> rows;
    for (int64_t kind = 0; kind < std::ssize(kinds); ++kind) {
      rows.push_back(part_of(predicted.values(), kind * pictures_ + picture, std::ssize(kinds) * pictures_));
    }
    guide(rows, part_of(call.output, picture, pictures_));
  }
}

}  // namespace redraw
