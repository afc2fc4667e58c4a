#include "models/unet_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "models/known_kinds.h"
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

// What would change the numbers and redraw does not support. Everything of SD 1, SD 2 and SDXL passes.
void refuse_unsupported(const JsonObject& config) {
  refuse_known_kinds(config, kinds_of_unets());
  require_value(config, "act_fn", "silu");
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
                          "cross_attention_norm", "num_attention_heads"});
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

UNetConfig::Middle parse_middle(const JsonObject& config) {
  // A null is not the same as nothing said.
  const auto field = config.raw().find("mid_block_type");
  if (field != config.raw().end() && field->is_null()) return UNetConfig::Middle::none;
  const std::string type = config.string("mid_block_type", "UNetMidBlock2DCrossAttn");
  if (type == "UNetMidBlock2DCrossAttn") return UNetConfig::Middle::transformer;
  if (type == "UNetMidBlock2D") return UNetConfig::Middle::resnet;
  throw Error(Code::model_unsupported, config.where() + ": 'mid_block_type' is '" + type +
                                           "'; UNetMidBlock2DCrossAttn, UNetMidBlock2D and null are supported");
}

/// What a config says about the transformers of one level: one number for all of them, or a number each.
struct Depth {
  std::vector<int64_t> values;
  bool is_list = false;

  int64_t front() const { return values.front(); }
};

int64_t depth_number(const JsonObject& config, const char* field, const nlohmann::json& value) {
  if (!value.is_number_integer()) {
    throw Error(Code::json_wrong_type, config.where() + ": '" + field +
                                           "' must be a whole number, or a list with, for each level, a whole number "
                                           "or a list of them");
  }
  const bool is_huge = value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(kMax);
  if (is_huge || value.get<int64_t>() < 0 || value.get<int64_t>() > kMax) {
    throw Error(Code::json_out_of_range,
                config.where() + ": the entries of '" + field + "' must be between 0 and " + std::to_string(kMax));
  }
  return value.get<int64_t>();
}

// In the order of the file: transformer_layers_per_block from the highest resolution down, its reverse_ from the
// lowest.
std::vector<Depth> parse_depths(const JsonObject& config, const char* field, size_t levels) {
  if (!config.has(field)) return std::vector<Depth>(levels, Depth{{1}});
  const nlohmann::json& value = config.raw().at(field);
  if (!value.is_array()) return std::vector<Depth>(levels, Depth{{depth_number(config, field, value)}});
  if (value.size() != levels) {
    throw Error(Code::json_out_of_range,
                config.where() + ": '" + field + "' must have " + std::to_string(levels) + " entries");
  }
  std::vector<Depth> depths;
  for (const nlohmann::json& entry : value) {
    Depth depth{.values = {}, .is_list = entry.is_array()};
    if (entry.is_array()) {
      for (const nlohmann::json& number : entry) depth.values.push_back(depth_number(config, field, number));
    } else {
      depth.values.push_back(depth_number(config, field, entry));
    }
    depths.push_back(std::move(depth));
  }
  return depths;
}

// Of `layers` residual blocks. diffusers ignores the depths of levels without attention, and files have anything there.
// Where there is attention, a transformer of no blocks would still be a norm and two projections.
std::vector<int64_t> spread(const JsonObject& config, const char* field, const Depth& depth, bool attends,
                            int64_t layers) {
  const auto count = static_cast<size_t>(layers);
  if (!attends) return std::vector<int64_t>(count, 0);
  if (depth.is_list && depth.values.size() < count) {
    throw Error(Code::json_out_of_range, config.where() + ": '" + field + "' has a list of " +
                                             std::to_string(depth.values.size()) + " for a level of " +
                                             std::to_string(count) + " residual blocks");
  }
  std::vector<int64_t> result = depth.is_list ? depth.values : std::vector<int64_t>(count, depth.front());
  result.resize(count);  // diffusers does not look at more
  if (std::ranges::find(result, 0) != result.end()) {
    throw Error(Code::json_out_of_range, config.where() + ": '" + field + "' has a 0 for a level with attention");
  }
  return result;
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
  constexpr const char* kDepth = "transformer_layers_per_block";
  constexpr const char* kReverse = "reverse_transformer_layers_per_block";
  const std::vector<Depth> down_depths = parse_depths(config, kDepth, count);
  const bool has_reverse = config.has(kReverse);
  std::vector<Depth> up_depths = has_reverse ? parse_depths(config, kReverse, count) : down_depths;
  if (has_reverse) {
    std::ranges::reverse(up_depths);
  } else if (std::ranges::any_of(up_depths, &Depth::is_list)) {
    throw Error(Code::json_missing_field, config.where() + ": '" + kDepth + "' has lists of its own, so '" + kReverse +
                                              "' must say what is on the way up");
  }

  UNetConfig result;
  result.middle = parse_middle(config);
  for (size_t i = 0; i < count; ++i) {
    const bool down_attends = has_attention(config, "down_block_types", down[i], "CrossAttnDownBlock2D", "DownBlock2D");
    // The way up is listed from the lowest resolution.
    const bool up_attends =
        has_attention(config, "up_block_types", up[count - 1 - i], "CrossAttnUpBlock2D", "UpBlock2D");
    const UNetConfig::Level level{
        .channels = channels[i],
        .layers = layers[i],
        .heads = heads[i],
        .down_depth = spread(config, kDepth, down_depths[i], down_attends, layers[i]),
        .up_depth = spread(config, has_reverse ? kReverse : kDepth, up_depths[i], up_attends, layers[i] + 1),
    };
    const bool middle_attends = result.middle == UNetConfig::Middle::transformer && i + 1 == count;
    const bool attends = down_attends || up_attends || middle_attends;
    if (attends && level.channels % level.heads != 0) {
      throw Error(Code::json_out_of_range, config.where() + ": " + std::to_string(level.channels) +
                                               " channels cannot be split into " + std::to_string(level.heads) +
                                               " heads ('attention_head_dim')");
    }
    result.levels.push_back(level);
  }
  if (result.middle == UNetConfig::Middle::transformer) {
    // One transformer: the first of a list (diffusers UNetMidBlock2DCrossAttn).
    const Depth& depth = down_depths.back();
    if (depth.values.empty() || depth.front() == 0) {
      throw Error(Code::json_out_of_range,
                  config.where() + ": '" + kDepth + "' has no depth for the transformer of the middle block");
    }
    result.middle_depth = depth.front();
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
