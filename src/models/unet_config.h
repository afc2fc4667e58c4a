// What a UNet's config.json says, checked.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json.h"

namespace redraw {

/// unet/config.json (diffusers UNet2DConditionModel). Lists run from the highest resolution to the lowest.
struct UNetConfig {
  struct Level {
    int64_t channels = 320;
    int64_t layers = 2;               ///< residual blocks on the way down; one more on the way up
    int64_t heads = 8;                ///< of its attention; config.json calls it attention_head_dim
    std::vector<int64_t> down_depth;  ///< for each residual block on the way down: blocks of its transformer, 0: none
    std::vector<int64_t> up_depth;    ///< the same for the layers + 1 on the way up, in the order in which they run

    bool operator==(const Level&) const = default;
  };
  /// What is at the lowest resolution: nothing (BK-SDM small and tiny, KOALA-700M, SDXS); one residual block (SSD-1B,
  /// Vega); residual block, transformer, residual block.
  enum class Middle { none, resnet, transformer };

  std::vector<Level> levels;
  Middle middle = Middle::transformer;
  int64_t middle_depth = 1;  ///< blocks of the middle's transformer
  int64_t in_channels = 4;
  int64_t out_channels = 4;
  int64_t cross_attention_dim = 768;
  int64_t norm_num_groups = 32;
  float norm_eps = 1e-5f;
  bool flip_sin_to_cos = true;
  float freq_shift = 0;
  int64_t sample_size = 64;             ///< side of the latents it was trained on
  int64_t addition_time_embed_dim = 0;  ///< 0: no added conditions; SDXL: 256 features for each of the time ids
  int64_t projection_class_embeddings_input_dim = 0;

  int64_t time_embed_dim() const { return 4 * levels.front().channels; }
  bool has_added_conditions() const { return addition_time_embed_dim > 0; }

  bool operator==(const UNetConfig&) const = default;
};

/// Throws the errors of JsonObject, and Error(model_unsupported) naming the field for what redraw does not support.
UNetConfig parse_unet_config(const JsonObject& config);

}  // namespace redraw
