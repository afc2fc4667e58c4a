#include <nlohmann/json.hpp>

#include "checkpoint/part_configs.h"

namespace redraw {
namespace {

/// Where a layout keeps what tells an autoencoder's shape.
struct Names {
  const char* levels;         ///< of the encoder
  const char* blocks;         ///< of a level
  const char* mid_attention;  ///< one of its tensors
};
constexpr Names kLdm{"encoder.down.", ".block.", "encoder.mid.attn_1.norm.weight"};
constexpr Names kDiffusers{"encoder.down_blocks.", ".resnets.", "encoder.mid_block.attentions.0.group_norm.weight"};

nlohmann::json config_of(const PartTensors& vae, const Names& names, double scaling_factor, int64_t sample_size) {
  const std::string blocks = names.blocks;
  nlohmann::json config = {{"_class_name", "AutoencoderKL"},
                           {"_diffusers_version", "0.42.1"},
                           {"in_channels", 3},
                           {"out_channels", 3},
                           {"latent_channels", vae.extent("decoder.conv_in.weight", 1)},
                           {"layers_per_block", vae.count(names.levels + std::string("0") + blocks, ".norm1.weight")},
                           {"norm_num_groups", 32},
                           {"act_fn", "silu"},
                           {"sample_size", sample_size},
                           {"scaling_factor", scaling_factor},
                           {"use_quant_conv", vae.has("quant_conv.weight")},
                           {"use_post_quant_conv", vae.has("post_quant_conv.weight")},
                           {"mid_block_add_attention", vae.has(names.mid_attention)}};
  const int64_t levels = vae.count(names.levels, blocks + "0.norm1.weight");
  for (int64_t i = 0; i < levels; ++i) {
    const std::string level = names.levels + std::to_string(i);
    config["block_out_channels"].push_back(vae.extent(level + blocks + "0.conv2.weight", 0));
    config["down_block_types"].push_back("DownEncoderBlock2D");
    config["up_block_types"].push_back("UpDecoderBlock2D");
  }
  return config;
}

}  // namespace

nlohmann::json vae_config_of(const PartTensors& vae, double scaling_factor, int64_t sample_size) {
  return config_of(vae, kLdm, scaling_factor, sample_size);
}

nlohmann::json diffusers_vae_config_of(const PartTensors& vae, double scaling_factor, int64_t sample_size) {
  return config_of(vae, kDiffusers, scaling_factor, sample_size);
}

}  // namespace redraw
