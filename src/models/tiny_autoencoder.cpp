#include "models/tiny_autoencoder.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "ops/activation.h"
#include "ops/resample.h"

namespace redraw {
namespace {

template <typename Function>
Tensor each(Backend& backend, const Tensor& x, Function function) {
  Tensor result(backend.pool(), x.shape());
  std::ranges::transform(x.values(), result.data(), function);
  return result;
}

std::vector<TinyAutoencoderBlock> read_blocks(Backend& backend, const nn::Parameters& p, int64_t& next, int64_t count,
                                              int64_t channels) {
  std::vector<TinyAutoencoderBlock> blocks;
  for (int64_t i = 0; i < count; ++i) blocks.emplace_back(backend, p / next++, channels);
  return blocks;
}

// Of the encoder: a convolution a level, and the blocks, come before it.
int64_t last_layer(const TinyAutoencoderConfig& config) {
  const std::vector<int64_t>& blocks = config.encoder_blocks;
  return std::accumulate(blocks.begin(), blocks.end(), static_cast<int64_t>(blocks.size()));
}

}  // namespace

TinyAutoencoderBlock::TinyAutoencoderBlock(Backend& backend, const nn::Parameters& p, int64_t channels)
    : backend_(&backend),
      first_(nn::conv3x3(backend, p / "conv" / 0, channels, channels)),
      second_(nn::conv3x3(backend, p / "conv" / 2, channels, channels)),
      third_(nn::conv3x3(backend, p / "conv" / 4, channels, channels)) {}

Tensor TinyAutoencoderBlock::operator()(Tensor x, WrapAxes wrap) const {
  Tensor h = activate(*backend_, first_(x, {}, wrap), Activation::relu);
  h = activate(*backend_, second_(h, {}, wrap), Activation::relu);
  return activate(*backend_, third_(h, std::move(x), wrap), Activation::relu);
}

TinyEncoder::TinyEncoder(Backend& backend, const nn::Parameters& p, const TinyAutoencoderConfig& config)
    : backend_(&backend),
      scaling_factor_(static_cast<float>(config.scaling_factor)),
      conv_out_(nn::conv3x3(backend, p / "encoder" / "layers" / last_layer(config), config.encoder_channels,
                            config.latent_channels)) {
  const nn::Parameters layers = p / "encoder" / "layers";
  const int64_t channels = config.encoder_channels;
  int64_t next = 0;
  for (int64_t count : config.encoder_blocks) {
    const bool is_first = next == 0;
    Conv2d conv =
        nn::conv3x3(backend, layers / next++, is_first ? kPictureChannels : channels, channels, is_first ? 1 : 2);
    levels_.push_back({.conv = std::move(conv), .blocks = read_blocks(backend, layers, next, count, channels)});
  }
}

Tensor TinyEncoder::operator()(const Tensor& image, WrapAxes wrap) const {
  Tensor x = each(*backend_, image, [](float value) { return (value + 1) / 2; });  // to [0, 1]
  for (const Level& level : levels_) {
    x = level.conv(x, {}, wrap);
    for (const TinyAutoencoderBlock& block : level.blocks) x = block(std::move(x), wrap);
  }
  x = conv_out_(x, {}, wrap);
  return each(*backend_, x, [this](float value) { return value * scaling_factor_; });
}

TinyDecoder::TinyDecoder(Backend& backend, const nn::Parameters& p, const TinyAutoencoderConfig& config)
    : backend_(&backend),
      scaling_factor_(static_cast<float>(config.scaling_factor)),
      conv_in_(nn::conv3x3(backend, p / "decoder" / "layers" / 0, config.latent_channels, config.decoder_channels)) {
  const nn::Parameters layers = p / "decoder" / "layers";
  const int64_t channels = config.decoder_channels;
  int64_t next = 2;  // 1 is an activation
  for (size_t i = 0; i < config.decoder_blocks.size(); ++i) {
    const bool is_last = i + 1 == config.decoder_blocks.size();
    std::vector<TinyAutoencoderBlock> blocks = read_blocks(backend, layers, next, config.decoder_blocks[i], channels);
    if (!is_last) ++next;  // the upsampling
    Conv2d conv = nn::conv3x3(backend, layers / next++, channels, is_last ? kPictureChannels : channels);
    levels_.push_back({.blocks = std::move(blocks), .conv = std::move(conv)});
  }
}

Tensor TinyDecoder::operator()(const Tensor& latent, WrapAxes wrap) const {
  // Soft limits for latents that no encoder makes.
  Tensor x = each(*backend_, latent, [this](float value) { return std::tanh(value / scaling_factor_ / 3) * 3; });
  x = activate(*backend_, conv_in_(x, {}, wrap), Activation::relu);
  for (const Level& level : levels_) {
    for (const TinyAutoencoderBlock& block : level.blocks) x = block(std::move(x), wrap);
    if (&level != &levels_.back()) x = upsample_nearest(*backend_, x, 2 * x.dim(1), 2 * x.dim(2));
    x = level.conv(x, {}, wrap);
  }
  return each(*backend_, x, [](float value) { return value * 2 - 1; });
}

}  // namespace redraw
