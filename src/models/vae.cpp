#include "models/vae.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "models/known_kinds.h"
#include "models/supported.h"
#include "ops/attention.h"
#include "ops/resample.h"

namespace redraw {
namespace {

constexpr float kEpsilon = 1e-6f;  // of every group norm in the autoencoder

nn::ResnetBlock resnet(Backend& backend, const nn::Parameters& p, int64_t in, int64_t out, int64_t groups) {
  return {backend, p, {.in_channels = in, .out_channels = out, .groups = groups, .epsilon = kEpsilon}};
}

Conv2d conv1x1(Backend& backend, const nn::Parameters& p, int64_t in, int64_t out) {
  return nn::conv2d(
      backend, p, {.in_channels = in, .out_channels = out, .kernel = 1, .stride = 1, .pad_before = 0, .pad_after = 0});
}

// diffusers renamed the projections of the autoencoder's attention; folders from before are common.
Linear attention_projection(Backend& backend, const nn::Parameters& p, std::string_view name, std::string_view old_name,
                            int64_t channels) {
  const bool is_old = !(p / name).find("weight") && (p / old_name).find("weight");
  return nn::linear(backend, p / (is_old ? old_name : name), channels, channels);
}

std::vector<VaeLevel> encoder_levels(Backend& backend, const nn::Parameters& p, const VaeConfig& config) {
  std::vector<VaeLevel> levels;
  int64_t channels = config.block_out_channels.front();
  for (size_t i = 0; i < config.block_out_channels.size(); ++i) {
    const nn::Parameters block = p / static_cast<int64_t>(i);
    VaeLevel level;
    for (int64_t j = 0; j < config.layers_per_block; ++j) {
      level.resnets.push_back(
          resnet(backend, block / "resnets" / j, channels, config.block_out_channels[i], config.norm_num_groups));
      channels = config.block_out_channels[i];
    }
    if (i + 1 < config.block_out_channels.size()) {
      level.resample = nn::conv2d(backend, block / "downsamplers" / 0 / "conv",
                                  {.in_channels = channels,
                                   .out_channels = channels,
                                   .kernel = 3,
                                   .stride = 2,
                                   .pad_before = 0,
                                   .pad_after = 1});
    }
    levels.push_back(std::move(level));
  }
  return levels;
}

std::vector<VaeLevel> decoder_levels(Backend& backend, const nn::Parameters& p, const VaeConfig& config) {
  std::vector<VaeLevel> levels;
  int64_t channels = config.block_out_channels.back();
  for (size_t i = 0; i < config.block_out_channels.size(); ++i) {
    const nn::Parameters block = p / static_cast<int64_t>(i);
    const int64_t out = config.block_out_channels[config.block_out_channels.size() - 1 - i];
    VaeLevel level;
    for (int64_t j = 0; j < config.layers_per_block + 1; ++j) {
      level.resnets.push_back(resnet(backend, block / "resnets" / j, channels, out, config.norm_num_groups));
      channels = out;
    }
    if (i + 1 < config.block_out_channels.size()) {
      level.resample = nn::conv3x3(backend, block / "upsamplers" / 0 / "conv", channels, channels);
    }
    levels.push_back(std::move(level));
  }
  return levels;
}

}  // namespace

VaeConfig parse_vae_config(const JsonObject& config) {
  constexpr int64_t kMax = 1 << 16;
  refuse_known_kinds(config, kinds_of_vaes());
  require_value(config, "act_fn", "silu");
  require_absent(config, {"latents_mean", "latents_std", "shift_factor"});
  VaeConfig result;
  result.in_channels = config.integer("in_channels", 3, 3, 3);
  result.out_channels = config.integer("out_channels", 3, 3, 3);
  result.latent_channels = config.integer("latent_channels", 1, 64, 4);
  result.layers_per_block = config.integer("layers_per_block", 1, 64, 1);
  result.norm_num_groups = config.integer("norm_num_groups", 1, kMax, 32);
  result.block_out_channels = config.integers("block_out_channels", 1, kMax);
  result.scaling_factor = config.number("scaling_factor", 1e-6, 1e6, 0.18215);
  result.sample_size = config.integer("sample_size", 8, kMax, 512);
  result.mid_block_add_attention = config.boolean("mid_block_add_attention", true);
  result.use_quant_conv = config.boolean("use_quant_conv", true);
  result.use_post_quant_conv = config.boolean("use_post_quant_conv", true);
  const size_t levels = result.block_out_channels.size();
  if (levels < 1 || levels > 8) {
    throw Error(Code::json_out_of_range, config.where() + ": 'block_out_channels' must have 1 to 8 entries");
  }
  require_all(config, "down_block_types", "DownEncoderBlock2D", levels);
  require_all(config, "up_block_types", "UpDecoderBlock2D", levels);
  return result;
}

VaeMidBlock::VaeMidBlock(Backend& backend, const nn::Parameters& p, int64_t channels, int64_t groups,
                         bool has_attention)
    : backend_(&backend),
      first_(resnet(backend, p / "resnets" / 0, channels, channels, groups)),
      second_(resnet(backend, p / "resnets" / 1, channels, channels, groups)) {
  if (!has_attention) return;
  const nn::Parameters a = p / "attentions" / 0;
  attention_ = {.norm = nn::group_norm(backend, a / "group_norm", channels, groups, kEpsilon),
                .q = attention_projection(backend, a, "to_q", "query", channels),
                .k = attention_projection(backend, a, "to_k", "key", channels),
                .v = attention_projection(backend, a, "to_v", "value", channels),
                .out = attention_projection(backend, a, "to_out.0", "proj_attn", channels)};
}

Tensor VaeMidBlock::operator()(Tensor x, WrapAxes wrap) const {
  x = first_(x, {}, wrap);
  if (attention_) {
    const Tensor h = attention_->norm(x).reshaped({x.dim(0), x.dim(1) * x.dim(2), x.dim(3)});
    const Tensor mixed = attention(*backend_, attention_->q(h), attention_->k(h), attention_->v(h), 1);
    const Shape map = x.shape();
    x = attention_->out(mixed.reshaped(map), std::move(x));
  }
  return second_(x, {}, wrap);
}

VaeEncoder::VaeEncoder(Backend& backend, const nn::Parameters& p, const VaeConfig& config)
    : backend_(&backend),
      config_(config),
      conv_in_(nn::conv3x3(backend, p / "encoder" / "conv_in", config.in_channels, config.block_out_channels.front())),
      levels_(encoder_levels(backend, p / "encoder" / "down_blocks", config)),
      mid_(backend, p / "encoder" / "mid_block", config.block_out_channels.back(), config.norm_num_groups,
           config.mid_block_add_attention),
      norm_out_(nn::group_norm(backend, p / "encoder" / "conv_norm_out", config.block_out_channels.back(),
                               config.norm_num_groups, kEpsilon)),
      conv_out_(nn::conv3x3(backend, p / "encoder" / "conv_out", config.block_out_channels.back(),
                            2 * config.latent_channels)) {
  if (config.use_quant_conv) {
    quant_conv_ = conv1x1(backend, p / "quant_conv", 2 * config.latent_channels, 2 * config.latent_channels);
  }
}

VaePosterior VaeEncoder::operator()(const Tensor& image, WrapAxes wrap) const {
  Tensor x = conv_in_(image, {}, wrap);
  for (const VaeLevel& level : levels_) {
    for (const nn::ResnetBlock& block : level.resnets) x = block(x, {}, wrap);
    if (level.resample) x = (*level.resample)(x, {}, wrap);
  }
  x = conv_out_(norm_out_(mid_(std::move(x), wrap), Activation::silu), {}, wrap);
  if (quant_conv_) x = (*quant_conv_)(x);
  const int64_t channels = config_.latent_channels;
  const Shape shape{x.dim(0), x.dim(1), x.dim(2), channels};
  VaePosterior posterior{.mean = Tensor(backend_->pool(), shape), .logvar = Tensor(backend_->pool(), shape)};
  for (int64_t i = 0; i < shape.elements(); ++i) {
    const float* moments = x.data() + i / channels * 2 * channels + i % channels;
    posterior.mean.data()[i] = moments[0];
    posterior.logvar.data()[i] = std::clamp(moments[channels], -30.0f, 20.0f);
  }
  return posterior;
}

VaeDecoder::VaeDecoder(Backend& backend, const nn::Parameters& p, const VaeConfig& config)
    : backend_(&backend),
      conv_in_(
          nn::conv3x3(backend, p / "decoder" / "conv_in", config.latent_channels, config.block_out_channels.back())),
      mid_(backend, p / "decoder" / "mid_block", config.block_out_channels.back(), config.norm_num_groups,
           config.mid_block_add_attention),
      levels_(decoder_levels(backend, p / "decoder" / "up_blocks", config)),
      norm_out_(nn::group_norm(backend, p / "decoder" / "conv_norm_out", config.block_out_channels.front(),
                               config.norm_num_groups, kEpsilon)),
      conv_out_(
          nn::conv3x3(backend, p / "decoder" / "conv_out", config.block_out_channels.front(), config.out_channels)) {
  if (config.use_post_quant_conv) {
    post_quant_conv_ = conv1x1(backend, p / "post_quant_conv", config.latent_channels, config.latent_channels);
  }
}

Tensor VaeDecoder::operator()(const Tensor& latent, WrapAxes wrap) const {
  Tensor x = conv_in_(post_quant_conv_ ? (*post_quant_conv_)(latent) : latent, {}, wrap);
  x = mid_(std::move(x), wrap);
  for (const VaeLevel& level : levels_) {
    for (const nn::ResnetBlock& block : level.resnets) x = block(x, {}, wrap);
    if (level.resample) x = (*level.resample)(upsample_nearest(*backend_, x, 2 * x.dim(1), 2 * x.dim(2)), {}, wrap);
  }
  return conv_out_(norm_out_(x, Activation::silu), {}, wrap);
}

}  // namespace redraw
