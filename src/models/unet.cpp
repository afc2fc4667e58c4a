#include "models/unet.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "ops/activation.h"
#include "ops/checks.h"
#include "ops/resample.h"
#include "ops/timestep_embedding.h"

namespace redraw {

UNet::UNet(Backend& backend, const nn::Parameters& p, const UNetConfig& config)
    : backend_(&backend),
      config_(config),
      time_linear_1_(nn::linear(backend, p / "time_embedding" / "linear_1", config.levels.front().channels,
                                config.time_embed_dim())),
      time_linear_2_(
          nn::linear(backend, p / "time_embedding" / "linear_2", config.time_embed_dim(), config.time_embed_dim())),
      conv_in_(nn::conv3x3(backend, p / "conv_in", config.in_channels, config.levels.front().channels)),
      norm_out_(nn::group_norm(backend, p / "conv_norm_out", config.levels.front().channels, config.norm_num_groups,
                               config.norm_eps)),
      conv_out_(nn::conv3x3(backend, p / "conv_out", config.levels.front().channels, config.out_channels)) {
  if (config.has_added_conditions()) {
    added_linear_1_ = nn::linear(backend, p / "add_embedding" / "linear_1",
                                 config.projection_class_embeddings_input_dim, config.time_embed_dim());
    added_linear_2_ =
        nn::linear(backend, p / "add_embedding" / "linear_2", config.time_embed_dim(), config.time_embed_dim());
  }
  build_down(p / "down_blocks");
  build_middle(p / "mid_block");
  build_up(p / "up_blocks");
}

UNet::Layer UNet::layer(const nn::Parameters& block, int64_t index, int64_t in, const UNetConfig::Level& level,
                        int64_t depth) const {
  Layer layer{.resnet = {*backend_,
                         block / "resnets" / index,
                         {.in_channels = in,
                          .out_channels = level.channels,
                          .time_channels = config_.time_embed_dim(),
                          .groups = config_.norm_num_groups,
                          .epsilon = config_.norm_eps}},
              .transformer = {}};
  if (depth > 0) {
    layer.transformer.emplace(*backend_, block / "attentions" / index,
                              nn::TransformerSpec{.channels = level.channels,
                                                  .heads = level.heads,
                                                  .layers = depth,
                                                  .context_width = config_.cross_attention_dim,
                                                  .groups = config_.norm_num_groups});
  }
  return layer;
}

void UNet::build_down(const nn::Parameters& p) {
  int64_t channels = config_.levels.front().channels;
  for (size_t i = 0; i < config_.levels.size(); ++i) {
    const UNetConfig::Level& level = config_.levels[i];
    const nn::Parameters block = p / static_cast<int64_t>(i);
    Level down;
    for (int64_t j = 0; j < level.layers; ++j) {
      down.layers.push_back(layer(block, j, channels, level, level.down_depth.at(static_cast<size_t>(j))));
      channels = level.channels;
    }
    if (i + 1 < config_.levels.size()) {
      down.resample = nn::conv3x3(*backend_, block / "downsamplers" / 0 / "conv", channels, channels, 2);
    }
    down_.push_back(std::move(down));
  }
}

void UNet::build_middle(const nn::Parameters& p) {
  const UNetConfig::Level& level = config_.levels.back();
  switch (config_.middle) {
    case UNetConfig::Middle::none:
      return;
    case UNetConfig::Middle::resnet:
      middle_.push_back(layer(p, 0, level.channels, level, 0));
      return;
    case UNetConfig::Middle::transformer:
      middle_.push_back(layer(p, 0, level.channels, level, config_.middle_depth));
      middle_.push_back(layer(p, 1, level.channels, level, 0));
      return;
  }
}

// On the way up each residual block also takes what the way down left at the same resolution, last in, first out.
void UNet::build_up(const nn::Parameters& p) {
  std::vector<int64_t> skips{config_.levels.front().channels};
  for (size_t i = 0; i < config_.levels.size(); ++i) {
    skips.insert(skips.end(), static_cast<size_t>(config_.levels[i].layers), config_.levels[i].channels);
    if (i + 1 < config_.levels.size()) skips.push_back(config_.levels[i].channels);
  }
  int64_t channels = config_.levels.back().channels;
  for (size_t i = 0; i < config_.levels.size(); ++i) {
    const UNetConfig::Level& level = config_.levels[config_.levels.size() - 1 - i];
    const nn::Parameters block = p / static_cast<int64_t>(i);
    Level up;
    for (int64_t j = 0; j < level.layers + 1; ++j) {
      up.layers.push_back(layer(block, j, channels + skips.back(), level, level.up_depth.at(static_cast<size_t>(j))));
      skips.pop_back();
      channels = level.channels;
    }
    if (i + 1 < config_.levels.size()) {
      up.resample = nn::conv3x3(*backend_, block / "upsamplers" / 0 / "conv", channels, channels);
    }
    up_.push_back(std::move(up));
  }
}

UNet::Prepared UNet::prepare(const UNetConditions& conditions) const {
  const Tensor& context = conditions.context;
  if (!context || context.shape().rank() != 3 || context.dim(2) != config_.cross_attention_dim) {
    throw Error(Code::bad_size, "the UNet takes a context of [N, tokens, " +
                                    std::to_string(config_.cross_attention_dim) + "], not " +
                                    context.shape().to_string() + ": text encoder and UNet do not belong together");
  }
  Prepared prepared;
  prepared.wrap = conditions.wrap;
  nn::CrossAttentionCache& cache = prepared.cross_attention;
  // In the order in which they run.
  const auto add = [&](const std::vector<Layer>& layers) {
    for (const Layer& layer : layers) {
      if (layer.transformer) layer.transformer->prepare(context, cache);
    }
  };
  for (const Level& level : down_) add(level.layers);
  add(middle_);
  for (const Level& level : up_) add(level.layers);
  if (added_linear_1_) {
    const int64_t count = context.dim(0);
    const int64_t width = config_.addition_time_embed_dim;
    const int64_t ids = static_cast<int64_t>(conditions.time_ids.size()) / std::max<int64_t>(1, count);
    const Tensor embedded = timestep_embedding(conditions.time_ids, width, config_.flip_sin_to_cos, config_.freq_shift);
    const Tensor both = concat_channels(*backend_, conditions.pooled, embedded.reshaped({count, ids * width}));
    prepared.added_embedding = (*added_linear_2_)(activate(*backend_, (*added_linear_1_)(both), Activation::silu));
  }
  return prepared;
}

// [1 or N, time_embed_dim]: every residual block starts with the silu of the embedding, so it is applied once.
Tensor UNet::silu_time_embedding(std::span<const float> timesteps, const Tensor& added) const {
  const Tensor waves =
      timestep_embedding(timesteps, config_.levels.front().channels, config_.flip_sin_to_cos, config_.freq_shift);
  Tensor embedding = activate(*backend_, time_linear_1_(waves), Activation::silu);
  if (!added) return activate(*backend_, time_linear_2_(embedding), Activation::silu);
  if (embedding.dim(0) == 1 && added.dim(0) > 1) {
    const std::vector<float> repeated(static_cast<size_t>(added.dim(0)), timesteps.front());
    return silu_time_embedding(repeated, added);
  }
  return activate(*backend_, time_linear_2_(embedding, added), Activation::silu);
}

// x by value: what the caller gives away is freed before the transformer, which is where memory peaks.
Tensor UNet::run(const Layer& layer, Tensor x, const Tensor& time, const Prepared& prepared, size_t& next) const {
  x = layer.resnet(x, time, prepared.wrap);
  return layer.transformer ? (*layer.transformer)(x, prepared.cross_attention, next) : x;
}

Tensor UNet::operator()(const Tensor& latent, std::span<const float> timesteps, const Prepared& prepared) const {
  if (!latent || latent.shape().rank() != 4 ||
      (timesteps.size() != 1 && static_cast<int64_t>(timesteps.size()) != latent.dim(0))) {
    throw Error(Code::bad_size, "the UNet takes latents of [N, h, w, " + std::to_string(config_.in_channels) +
                                    "] with one timestep or N, not " + latent.shape().to_string() + " with " +
                                    std::to_string(timesteps.size()));
  }
  const Tensor time = silu_time_embedding(timesteps, prepared.added_embedding);
  const WrapAxes wrap = prepared.wrap;
  size_t next = 0;
  Tensor x = conv_in_(latent, {}, wrap);
  std::vector<Tensor> skips{x};
  for (const Level& level : down_) {
    for (const Layer& layer : level.layers) {
      x = run(layer, std::move(x), time, prepared, next);
      skips.push_back(x);
    }
    if (level.resample) {
      x = (*level.resample)(x, {}, wrap);
      skips.push_back(x);
    }
  }
  for (const Layer& layer : middle_) x = run(layer, std::move(x), time, prepared, next);
  for (const Level& level : up_) {
    for (const Layer& layer : level.layers) {
      x = concat_channels(*backend_, x, skips.back());
      skips.pop_back();
      x = run(layer, std::move(x), time, prepared, next);
    }
    // The size of the next skip, not twice this one: odd extents were rounded up on the way down.
    if (level.resample) {
      x = (*level.resample)(upsample_nearest(*backend_, x, skips.back().dim(1), skips.back().dim(2)), {}, wrap);
    }
  }
  return conv_out_(norm_out_(x, Activation::silu), {}, wrap);
}

}  // namespace redraw
