#include <array>

#include "checkpoint/key_rows.h"

namespace redraw {
namespace {

void resnet(KeyRows& rows, const ModuleName& module, int64_t in, int64_t out) {
  rows.norm(module / "norm1", in);
  rows.conv(module / "conv1", in, out, 3);
  rows.norm(module / "norm2", out);
  rows.conv(module / "conv2", out, out, 3);
  if (in != out) rows.conv(module / ModuleName{"conv_shortcut", "nin_shortcut"}, in, out, 1);
}

/// The projections of the autoencoder's attention: 1x1 convolutions in a single file, linear layers in diffusers.
struct Projection {
  const char* name;
  const char* old_name;
  const char* ldm;
};
constexpr std::array<Projection, 4> kProjections = {
    {{"to_q", "query", "q"}, {"to_k", "key", "k"}, {"to_v", "value", "v"}, {"to_out.0", "proj_attn", "proj_out"}}};

void attention(KeyRows& rows, const ModuleName& module, int64_t channels) {
  rows.norm(module / ModuleName{"group_norm", "norm"}, channels);
  for (const Projection& projection : kProjections) {
    const auto add = [&](const std::string& leaf, const Shape& shape, const Shape& ldm_shape) {
      rows.add({.name = module.diffusers + "." + projection.name + leaf,
                .ldm_name = module.ldm + "." + projection.ldm + leaf,
                .shape = shape,
                .ldm_shape = ldm_shape,
                .old_name = module.diffusers + "." + projection.old_name + leaf});
    };
    add(".weight", {channels, channels}, {channels, channels, 1, 1});
    add(".bias", {channels}, {channels});
  }
}

void middle(KeyRows& rows, const std::string& side, int64_t channels, bool has_attention) {
  const ModuleName module{side + ".mid_block", side + ".mid"};
  resnet(rows, module / ModuleName{"resnets.0", "block_1"}, channels, channels);
  if (has_attention) attention(rows, module / ModuleName{"attentions.0", "attn_1"}, channels);
  resnet(rows, module / ModuleName{"resnets.1", "block_2"}, channels, channels);
}

void encoder(KeyRows& rows, const VaeConfig& config) {
  const size_t levels = config.block_out_channels.size();
  int64_t channels = config.block_out_channels.front();
  rows.conv({"encoder.conv_in", "encoder.conv_in"}, config.in_channels, channels, 3);
  for (size_t i = 0; i < levels; ++i) {
    const ModuleName level{"encoder.down_blocks." + std::to_string(i), "encoder.down." + std::to_string(i)};
    for (int64_t j = 0; j < config.layers_per_block; ++j) {
      const std::string index = std::to_string(j);
      resnet(rows, level / ModuleName{"resnets." + index, "block." + index}, channels, config.block_out_channels[i]);
      channels = config.block_out_channels[i];
    }
    if (i + 1 < levels) {
      rows.conv(level / ModuleName{"downsamplers.0.conv", "downsample.conv"}, channels, channels, 3);
    }
  }
  middle(rows, "encoder", channels, config.mid_block_add_attention);
  rows.norm({"encoder.conv_norm_out", "encoder.norm_out"}, channels);
  rows.conv({"encoder.conv_out", "encoder.conv_out"}, channels, 2 * config.latent_channels, 3);
}

// LDM numbers the levels of the decoder by resolution, diffusers in the order in which they run.
void decoder(KeyRows& rows, const VaeConfig& config) {
  const size_t levels = config.block_out_channels.size();
  int64_t channels = config.block_out_channels.back();
  rows.conv({"decoder.conv_in", "decoder.conv_in"}, config.latent_channels, channels, 3);
  middle(rows, "decoder", channels, config.mid_block_add_attention);
  for (size_t i = 0; i < levels; ++i) {
    const size_t resolution = levels - 1 - i;
    const ModuleName level{"decoder.up_blocks." + std::to_string(i), "decoder.up." + std::to_string(resolution)};
    for (int64_t j = 0; j < config.layers_per_block + 1; ++j) {
      const std::string index = std::to_string(j);
      resnet(rows, level / ModuleName{"resnets." + index, "block." + index}, channels,
             config.block_out_channels[resolution]);
      channels = config.block_out_channels[resolution];
    }
    if (resolution > 0) rows.conv(level / ModuleName{"upsamplers.0.conv", "upsample.conv"}, channels, channels, 3);
  }
  rows.norm({"decoder.conv_norm_out", "decoder.norm_out"}, channels);
  rows.conv({"decoder.conv_out", "decoder.conv_out"}, channels, config.out_channels, 3);
}

}  // namespace

std::vector<KeyRow> vae_keys(const VaeConfig& config) {
  KeyRows rows;
  encoder(rows, config);
  const int64_t latent = config.latent_channels;
  if (config.use_quant_conv) rows.conv({"quant_conv", "quant_conv"}, 2 * latent, 2 * latent, 1);
  if (config.use_post_quant_conv) rows.conv({"post_quant_conv", "post_quant_conv"}, latent, latent, 1);
  decoder(rows, config);
  return rows.take();
}

}  // namespace redraw
