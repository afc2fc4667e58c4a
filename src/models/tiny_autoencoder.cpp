#include "models/tiny_autoencoder.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "models/supported.h"
#include "models/tiny_autoencoder_names.h"
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

// Layers of different widths follow each other without a convolution between them in diffusers, which cannot run.
int64_t parse_channels(const JsonObject& config, const char* field, size_t levels) {
  if (!config.has(field)) return 64;
  const std::vector<int64_t> channels = config.integers(field, 1, 1 << 16);
  if (channels.size() != levels || std::ranges::adjacent_find(channels, std::not_equal_to<>()) != channels.end()) {
    throw Error(Code::json_out_of_range, config.where() + ": '" + field + "' must have " + std::to_string(levels) +
                                             " equal entries, one for each of the blocks' numbers");
  }
  return channels.front();
}

std::vector<int64_t> parse_blocks(const JsonObject& config, const char* field, std::vector<int64_t> fallback) {
  std::vector<int64_t> blocks = config.has(field) ? config.integers(field, 0, 64) : std::move(fallback);
  if (blocks.empty() || blocks.size() > 8) {
    throw Error(Code::json_out_of_range, config.where() + ": '" + field + "' must have 1 to 8 entries");
  }
  return blocks;
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

TinyAutoencoderConfig parse_tiny_autoencoder_config(const JsonObject& config) {
  require_value(config, "act_fn", "relu");
  require_value(config, "upsample_fn", "nearest");
  config.integer("upsampling_scaling_factor", 2, 2, 2);
  config.integer("in_channels", kPictureChannels, kPictureChannels, kPictureChannels);
  config.integer("out_channels", kPictureChannels, kPictureChannels, kPictureChannels);
  config.number("shift_factor", 0, 0, 0);
  TinyAutoencoderConfig result;
  result.latent_channels = config.integer("latent_channels", 1, 64, 4);
  result.encoder_blocks = parse_blocks(config, "num_encoder_blocks", result.encoder_blocks);
  result.decoder_blocks = parse_blocks(config, "num_decoder_blocks", result.decoder_blocks);
  if (result.encoder_blocks.size() != result.decoder_blocks.size()) {
    throw Error(Code::json_out_of_range,
                config.where() + ": 'num_encoder_blocks' and 'num_decoder_blocks' must have equally many entries");
  }
  result.encoder_channels = parse_channels(config, "encoder_block_out_channels", result.encoder_blocks.size());
  result.decoder_channels = parse_channels(config, "decoder_block_out_channels", result.decoder_blocks.size());
  result.scaling_factor = config.number("scaling_factor", 1e-6, 1e6, 1);
  return result;
}

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
