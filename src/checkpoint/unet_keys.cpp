#include "checkpoint/key_rows.h"

namespace redraw {
namespace {

std::string at(std::string_view name, size_t index) {
  return std::string(name) + "." + std::to_string(index);
}

// The residual block's layers: diffusers names them, LDM numbers them.
const ModuleName kNorm1{"norm1", "in_layers.0"};
const ModuleName kConv1{"conv1", "in_layers.2"};
const ModuleName kTimeProjection{"time_emb_proj", "emb_layers.1"};
const ModuleName kNorm2{"norm2", "out_layers.0"};
const ModuleName kConv2{"conv2", "out_layers.3"};
const ModuleName kShortcut{"conv_shortcut", "skip_connection"};

class UNetKeys {
 public:
  UNetKeys(const UNetConfig& config, bool is_linear_projection)
      : config_(config), is_linear_projection_(is_linear_projection) {}

  std::vector<KeyRow> run() {
    const int64_t first = config_.levels.front().channels;
    rows_.linear({"time_embedding.linear_1", "time_embed.0"}, first, config_.time_embed_dim());
    rows_.linear({"time_embedding.linear_2", "time_embed.2"}, config_.time_embed_dim(), config_.time_embed_dim());
    if (config_.has_added_conditions()) {
      rows_.linear({"add_embedding.linear_1", "label_emb.0.0"}, config_.projection_class_embeddings_input_dim,
                   config_.time_embed_dim());
      rows_.linear({"add_embedding.linear_2", "label_emb.0.2"}, config_.time_embed_dim(), config_.time_embed_dim());
    }
    rows_.conv({"conv_in", "input_blocks.0.0"}, config_.in_channels, first, 3);
    down();
    middle();
    up();
    rows_.norm({"conv_norm_out", "out.0"}, first);
    rows_.conv({"conv_out", "out.2"}, first, config_.out_channels, 3);
    return rows_.take();
  }

 private:
  void down() {
    skips_ = {config_.levels.front().channels};
    channels_ = config_.levels.front().channels;
    size_t block = 1;
    for (size_t i = 0; i < config_.levels.size(); ++i) {
      const UNetConfig::Level& level = config_.levels[i];
      const std::string name = at("down_blocks", i);
      for (size_t j = 0; j < static_cast<size_t>(level.layers); ++j, ++block) {
        const std::string ldm = at("input_blocks", block);
        resnet({at(name + ".resnets", j), ldm + ".0"}, channels_, level.channels);
        channels_ = level.channels;
        transformer({at(name + ".attentions", j), ldm + ".1"}, channels_, level.down_depth[j]);
        skips_.push_back(channels_);
      }
      if (i + 1 == config_.levels.size()) continue;
      rows_.conv({name + ".downsamplers.0.conv", at("input_blocks", block++) + ".0.op"}, channels_, channels_, 3);
      skips_.push_back(channels_);
    }
  }

  void middle() {
    if (config_.middle == UNetConfig::Middle::none) return;
    resnet({"mid_block.resnets.0", "middle_block.0"}, channels_, channels_);
    if (config_.middle == UNetConfig::Middle::resnet) return;
    transformer({"mid_block.attentions.0", "middle_block.1"}, channels_, config_.middle_depth);
    resnet({"mid_block.resnets.1", "middle_block.2"}, channels_, channels_);
  }

  void up() {
    size_t block = 0;
    for (size_t i = 0; i < config_.levels.size(); ++i) {
      const UNetConfig::Level& level = config_.levels[config_.levels.size() - 1 - i];
      const std::string name = at("up_blocks", i);
      for (size_t j = 0; j < static_cast<size_t>(level.layers) + 1; ++j, ++block) {
        const std::string ldm = at("output_blocks", block);
        resnet({at(name + ".resnets", j), ldm + ".0"}, channels_ + skips_.back(), level.channels);
        skips_.pop_back();
        channels_ = level.channels;
        transformer({at(name + ".attentions", j), ldm + ".1"}, channels_, level.up_depth[j]);
        if (i + 1 == config_.levels.size() || j < static_cast<size_t>(level.layers)) continue;
        // The upsampling is the next module of the level's last block: after its transformer, if it has one.
        const char* place = level.up_depth[j] > 0 ? ".2.conv" : ".1.conv";
        rows_.conv({name + ".upsamplers.0.conv", ldm + place}, channels_, channels_, 3);
      }
    }
  }

  void resnet(const ModuleName& module, int64_t in, int64_t out) {
    rows_.norm(module / kNorm1, in);
    rows_.conv(module / kConv1, in, out, 3);
    rows_.linear(module / kTimeProjection, config_.time_embed_dim(), out);
    rows_.norm(module / kNorm2, out);
    rows_.conv(module / kConv2, out, out, 3);
    if (in != out) rows_.conv(module / kShortcut, in, out, 1);
  }

  void projection(const ModuleName& module, int64_t channels) {
    if (is_linear_projection_) {
      rows_.linear(module, channels, channels);
    } else {
      rows_.conv(module, channels, channels, 1);
    }
  }

  void transformer(const ModuleName& module, int64_t channels, int64_t depth) {
    if (depth == 0) return;
    rows_.norm(module / "norm", channels);
    projection(module / "proj_in", channels);
    for (int64_t i = 0; i < depth; ++i) {
      const ModuleName block = module / at("transformer_blocks", static_cast<size_t>(i));
      attention(block / "attn1", channels, channels);
      attention(block / "attn2", channels, config_.cross_attention_dim);
      rows_.linear(block / "ff.net.0.proj", channels, 8 * channels);
      rows_.linear(block / "ff.net.2", 4 * channels, channels);
      for (const char* norm : {"norm1", "norm2", "norm3"}) rows_.norm(block / norm, channels);
    }
    projection(module / "proj_out", channels);
  }

  void attention(const ModuleName& module, int64_t channels, int64_t context) {
    rows_.linear_without_bias(module / "to_q", channels, channels);
    rows_.linear_without_bias(module / "to_k", context, channels);
    rows_.linear_without_bias(module / "to_v", context, channels);
    rows_.linear(module / "to_out.0", channels, channels);
  }

  const UNetConfig& config_;
  bool is_linear_projection_;
  KeyRows rows_;
  std::vector<int64_t> skips_;
  int64_t channels_ = 0;
};

}  // namespace

std::vector<KeyRow> unet_keys(const UNetConfig& config, bool is_linear_projection) {
  return UNetKeys(config, is_linear_projection).run();
}

}  // namespace redraw
