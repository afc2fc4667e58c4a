#include "models/tiny_autoencoder_config.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/error.h"
#include "models/supported.h"

namespace redraw {
namespace {

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

}  // namespace redraw
