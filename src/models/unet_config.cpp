#include "models/unet_config.h"

#include "base/error.h"
#include "models/supported.h"

namespace redraw {
namespace {

constexpr int64_t kMax = 1 << 16;

bool has_attention(const JsonObject& config, std::string_view field, const std::string& type, std::string_view with,
                   std::string_view without) {
  if (type == with) return true;
  if (type == without) return false;
  throw Error(Code::model_unsupported, config.where() + ": '" + std::string(field) + "' has a '" + type + "'; " +
                                           std::string(with) + " and " + std::string(without) + " are supported");
}

// What would change the numbers and is not built. Everything of SD 1, SD 2 and SDXL passes.
void refuse_unsupported(const JsonObject& config) {
  require_value(config, "act_fn", "silu");
  require_value(config, "mid_block_type", "UNetMidBlock2DCrossAttn");
  require_value(config, "time_embedding_type", "positional");
  require_value(config, "resnet_time_scale_shift", "default");
  require_value(config, "attention_type", "default");
  require_flag(config, "center_input_sample", false);
  require_flag(config, "dual_cross_attention", false);
  require_flag(config, "only_cross_attention", false);
  require_flag(config, "mid_block_only_cross_attention", false);
  require_flag(config, "resnet_skip_time_act", false);
  require_flag(config, "class_embeddings_concat", false);
  require_absent(config, {"class_embed_type", "num_class_embeds", "encoder_hid_dim", "encoder_hid_dim_type",
                          "time_cond_proj_dim", "time_embedding_dim", "time_embedding_act_fn", "timestep_post_act",
                          "cross_attention_norm", "num_attention_heads", "reverse_transformer_layers_per_block"});
  for (const char* field : {"conv_in_kernel", "conv_out_kernel"}) config.integer(field, 3, 3, 3);
  config.integer("downsample_padding", 1, 1, 1);
  config.number("mid_block_scale_factor", 1, 1, 1);
  config.number("resnet_out_scale_factor", 1, 1, 1);
}

std::vector<int64_t> per_level(const JsonObject& config, std::string_view field, int64_t fallback, size_t levels) {
  std::vector<int64_t> values =
      config.has(field) ? config.integers(field, 1, kMax, levels) : std::vector<int64_t>(levels, fallback);
  if (values.size() != levels) {
    throw Error(Code::json_out_of_range,
                config.where() + ": '" + std::string(field) + "' must have " + std::to_string(levels) + " entries");
  }
  return values;
}

}  // namespace

UNetConfig parse_unet_config(const JsonObject& config) {
  refuse_unsupported(config);
  const std::vector<int64_t> channels = config.integers("block_out_channels", 1, kMax);
  const std::vector<std::string> down = config.strings("down_block_types");
  const std::vector<std::string> up = config.strings("up_block_types");
  const size_t count = channels.size();
  if (count < 1 || count > 8 || down.size() != count || up.size() != count) {
    throw Error(Code::json_out_of_range, config.where() +
                                             ": 'block_out_channels', 'down_block_types' and "
                                             "'up_block_types' must have equally many entries, 1 to 8");
  }
  const std::vector<int64_t> layers = per_level(config, "layers_per_block", 2, count);
  const std::vector<int64_t> heads = per_level(config, "attention_head_dim", 8, count);
  const std::vector<int64_t> depth = per_level(config, "transformer_layers_per_block", 1, count);

  UNetConfig result;
  for (size_t i = 0; i < count; ++i) {
    const UNetConfig::Level level{
        .channels = channels[i],
        .layers = layers[i],
        .heads = heads[i],
        .transformer_layers = depth[i],
        .down_attention = has_attention(config, "down_block_types", down[i], "CrossAttnDownBlock2D", "DownBlock2D"),
        // The way up is listed from the lowest resolution.
        .up_attention = has_attention(config, "up_block_types", up[count - 1 - i], "CrossAttnUpBlock2D", "UpBlock2D"),
    };
    const bool attends = level.down_attention || level.up_attention || i + 1 == count;
    if (attends && level.channels % level.heads != 0) {
      throw Error(Code::json_out_of_range, config.where() + ": " + std::to_string(level.channels) +
                                               " channels cannot be split into " + std::to_string(level.heads) +
                                               " heads ('attention_head_dim')");
    }
    result.levels.push_back(level);
  }
  result.in_channels = config.integer("in_channels", 1, kMax, 4);
  result.out_channels = config.integer("out_channels", 1, kMax, 4);
  result.cross_attention_dim = config.integer("cross_attention_dim", 1, kMax, 1280);
  result.norm_num_groups = config.integer("norm_num_groups", 1, kMax, 32);
  result.norm_eps = static_cast<float>(config.number("norm_eps", 0, 1, 1e-5));
  result.flip_sin_to_cos = config.boolean("flip_sin_to_cos", true);
  result.freq_shift = static_cast<float>(config.number("freq_shift", 0, 1, 0));
  result.sample_size = config.integer("sample_size", 1, kMax, 64);
  if (config.has("addition_embed_type")) {
    require_value(config, "addition_embed_type", "text_time");
    result.addition_time_embed_dim = config.integer("addition_time_embed_dim", 2, kMax);
    result.projection_class_embeddings_input_dim = config.integer("projection_class_embeddings_input_dim", 1, kMax);
  }
  return result;
}

}  // namespace redraw
