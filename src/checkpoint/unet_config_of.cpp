#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.h"
#include "checkpoint/part_configs.h"

namespace redraw {
namespace {

using nlohmann::json;

/// The blocks of one resolution: how deep the transformer after each residual block is, 0 for none.
struct Level {
  int64_t channels = 0;
  std::vector<int64_t> depths;
};

constexpr int64_t kMostBlocks = 1000;

int64_t transformer_depth(const PartTensors& unet, const std::string& block) {
  return unet.count(block + ".1.transformer_blocks.", ".norm1.weight");
}

bool is_resnet(const PartTensors& unet, const std::string& block) {
  return unet.has(block + ".0.in_layers.0.weight");
}

std::vector<Level> down_levels(const PartTensors& unet) {
  std::vector<Level> levels(1);
  for (int64_t n = 1; n < kMostBlocks; ++n) {
    const std::string block = "input_blocks." + std::to_string(n);
    if (unet.has(block + ".0.op.weight")) {
      levels.emplace_back();
    } else if (is_resnet(unet, block)) {
      levels.back().channels = unet.extent(block + ".0.out_layers.3.weight", 0);
      levels.back().depths.push_back(transformer_depth(unet, block));
    } else {
      break;
    }
  }
  return levels;
}

// From the lowest resolution; a level ends with the block that enlarges.
std::vector<Level> up_levels(const PartTensors& unet) {
  std::vector<Level> levels(1);
  for (int64_t n = 0; n < kMostBlocks; ++n) {
    const std::string block = "output_blocks." + std::to_string(n);
    if (!is_resnet(unet, block)) break;
    levels.back().channels = unet.extent(block + ".0.out_layers.3.weight", 0);
    levels.back().depths.push_back(transformer_depth(unet, block));
    if (unet.has(block + ".1.conv.weight") || unet.has(block + ".2.conv.weight")) levels.emplace_back();
  }
  return levels;
}

bool attends(const Level& level) {
  return std::any_of(level.depths.begin(), level.depths.end(), [](int64_t depth) { return depth > 0; });
}

// As diffusers writes it: one number where all are alike, 1 where there is no transformer.
json depth_json(const Level& level) {
  if (!attends(level)) return 1;
  const bool alike = std::all_of(level.depths.begin(), level.depths.end(),
                                 [&](int64_t depth) { return depth == level.depths.front(); });
  return alike ? json(level.depths.front()) : json(level.depths);
}

// A middle block's way of being there, as diffusers' config names it.
json middle_json(const PartTensors& unet) {
  if (!unet.has("middle_block.0.in_layers.0.weight")) return nullptr;
  if (!unet.has("middle_block.1.norm.weight")) return "UNetMidBlock2D";
  return "UNetMidBlock2DCrossAttn";
}

int64_t context_width(const PartTensors& unet, const std::vector<Level>& levels) {
  for (size_t n = 1; n < 100; ++n) {
    const std::string name = "input_blocks." + std::to_string(n) + ".1.transformer_blocks.0.attn2.to_k.weight";
    if (unet.has(name)) return unet.extent(name, 1);
  }
  throw Error(Code::model_unsupported,
              unet.file().path().string() + ": its network of " + std::to_string(levels.size()) +
                  " levels has no attention to a prompt, so it is not a text-to-image Stable Diffusion");
}

void check_levels(const PartTensors& unet, const std::vector<Level>& down, const std::vector<Level>& up) {
  const auto fail = [&](const std::string& what) {
    throw Error(
        Code::model_unsupported,
        unet.file().path().string() + ": the blocks of its network do not form a Stable Diffusion UNet: " + what);
  };
  if (down.size() != up.size()) {
    fail(std::to_string(down.size()) + " levels on the way down, " + std::to_string(up.size()) + " on the way up");
  }
  for (size_t i = 0; i < down.size(); ++i) {
    const Level& back = up[up.size() - 1 - i];
    if (down[i].depths.empty() || back.depths.size() != down[i].depths.size() + 1) {
      fail("level " + std::to_string(i) + " has " + std::to_string(down[i].depths.size()) +
           " blocks on the way down and " + std::to_string(back.depths.size()) + " on the way up");
    }
  }
}

}  // namespace

bool has_linear_projections(const PartTensors& unet) {
  for (size_t n = 1; n < 100; ++n) {
    const TensorEntry* projection = unet.find("input_blocks." + std::to_string(n) + ".1.proj_in.weight");
    if (projection != nullptr) return projection->shape.rank() == 2;
  }
  return false;
}

json unet_config_of(const PartTensors& unet, int64_t sample_size) {
  const std::vector<Level> down = down_levels(unet);
  const std::vector<Level> up = up_levels(unet);
  check_levels(unet, down, up);
  const bool is_linear = has_linear_projections(unet);
  json config = {{"_class_name", "UNet2DConditionModel"},
                 {"_diffusers_version", "0.42.1"},
                 {"sample_size", sample_size},
                 {"in_channels", unet.extent("input_blocks.0.0.weight", 1)},
                 {"out_channels", unet.extent("out.2.weight", 0)},
                 {"norm_num_groups", 32},
                 {"norm_eps", 1e-5},
                 {"act_fn", "silu"},
                 {"flip_sin_to_cos", true},
                 {"freq_shift", 0},
                 {"center_input_sample", false},
                 {"downsample_padding", 1},
                 {"mid_block_scale_factor", 1},
                 {"mid_block_type", middle_json(unet)},
                 {"use_linear_projection", is_linear},
                 {"cross_attention_dim", context_width(unet, down)}};
  bool mirrored = true;
  for (size_t i = 0; i < down.size(); ++i) {
    const Level& level = down[i];
    const Level& back = up[up.size() - 1 - i];
    config["block_out_channels"].push_back(level.channels);
    config["layers_per_block"].push_back(level.depths.size());
    config["down_block_types"].push_back(attends(level) ? "CrossAttnDownBlock2D" : "DownBlock2D");
    config["up_block_types"].push_back(attends(up[i]) ? "CrossAttnUpBlock2D" : "UpBlock2D");
    config["attention_head_dim"].push_back(is_linear ? std::max<int64_t>(1, level.channels / 64) : 8);
    config["transformer_layers_per_block"].push_back(depth_json(level));
    config["reverse_transformer_layers_per_block"].push_back(depth_json(up[i]));
    mirrored = mirrored && depth_json(level) == depth_json(back) && depth_json(level).is_number();
  }
  if (mirrored) config.erase("reverse_transformer_layers_per_block");
  if (unet.has("label_emb.0.0.weight")) {
    config["addition_embed_type"] = "text_time";
    config["addition_time_embed_dim"] = 256;
    config["projection_class_embeddings_input_dim"] = unet.extent("label_emb.0.0.weight", 1);
  }
  return config;
}

}  // namespace redraw
