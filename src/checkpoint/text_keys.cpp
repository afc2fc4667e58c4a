#include <array>

#include "checkpoint/key_rows.h"

namespace redraw {
namespace {

constexpr const char* kRoot = "text_model.";
constexpr std::array<const char*, 3> kTextProjections = {"q", "k", "v"};
constexpr size_t kTensorsOfALayer = 16;  // as the rows below count them

void embedding(KeyRows& rows, const std::string& name, const std::string& ldm_name, const Shape& shape) {
  rows.add({.name = kRoot + name, .ldm_name = ldm_name, .shape = shape, .ldm_shape = shape});
}

// q, k and v of a layer, which open_clip keeps in one matrix, as torch.nn.MultiheadAttention does.
void fused_projection(KeyRows& rows, const ModuleName& layer, int64_t width) {
  const auto add = [&](const std::string& leaf, const Shape& shape, const Shape& ldm_shape) {
    for (size_t i = 0; i < kTextProjections.size(); ++i) {
      rows.add({.name = layer.diffusers + ".self_attn." + kTextProjections[i] + "_proj." + leaf,
                .ldm_name = layer.ldm + ".attn.in_proj_" + leaf,
                .shape = shape,
                .ldm_shape = ldm_shape,
                .change = KeyChange::third,
                .third = static_cast<int64_t>(i)});
    }
  };
  add("weight", {width, width}, {3 * width, width});
  add("bias", {width}, {3 * width});
}

}  // namespace

std::vector<KeyRow> clip_keys(const ClipTextConfig& config) {
  KeyRows rows;
  const int64_t width = config.hidden_size;
  const char* token = "embeddings.token_embedding.weight";
  const char* position = "embeddings.position_embedding.weight";
  embedding(rows, token, token, {config.vocab_size, width});
  embedding(rows, position, position, {config.max_position_embeddings, width});
  for (int64_t i = 0; i < config.num_hidden_layers; ++i) {
    const std::string name = "encoder.layers." + std::to_string(i);
    const ModuleName layer{kRoot + name, name};
    for (const char* projection : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
      rows.linear(layer / "self_attn" / projection, width, width);
    }
    rows.norm(layer / "layer_norm1", width);
    rows.norm(layer / "layer_norm2", width);
    rows.linear(layer / "mlp.fc1", width, config.intermediate_size);
    rows.linear(layer / "mlp.fc2", config.intermediate_size, width);
  }
  rows.norm({std::string(kRoot) + "final_layer_norm", "final_layer_norm"}, width);
  // A buffer of 0, 1, 2, ... that transformers stored until 4.31.
  const Shape positions{1, config.max_position_embeddings};
  rows.add({.name = std::string(kRoot) + "embeddings.position_ids",
            .ldm_name = "embeddings.position_ids",
            .shape = positions,
            .ldm_shape = positions,
            .is_optional = true});
  return rows.take();
}

std::vector<KeyRow> open_clip_keys(const ClipTextConfig& config, int64_t stored_layers) {
  KeyRows rows;
  const int64_t width = config.hidden_size;
  embedding(rows, "embeddings.token_embedding.weight", "token_embedding.weight", {config.vocab_size, width});
  embedding(rows, "embeddings.position_embedding.weight", "positional_embedding",
            {config.max_position_embeddings, width});
  for (int64_t i = 0; i < stored_layers; ++i) {
    const std::string index = std::to_string(i);
    const ModuleName layer{kRoot + ("encoder.layers." + index), "transformer.resblocks." + index};
    fused_projection(rows, layer, width);
    rows.linear(layer / ModuleName{"self_attn.out_proj", "attn.out_proj"}, width, width);
    rows.norm(layer / ModuleName{"layer_norm1", "ln_1"}, width);
    rows.norm(layer / ModuleName{"layer_norm2", "ln_2"}, width);
    rows.linear(layer / ModuleName{"mlp.fc1", "mlp.c_fc"}, width, config.intermediate_size);
    rows.linear(layer / ModuleName{"mlp.fc2", "mlp.c_proj"}, config.intermediate_size, width);
    if (i >= config.num_hidden_layers) rows.make_last_optional(kTensorsOfALayer);
  }
  rows.norm({std::string(kRoot) + "final_layer_norm", "ln_final"}, width);
  // open_clip multiplies by the matrix from the right, torch.nn.Linear by its transpose.
  const bool is_projected = config.projection_dim > 0;
  const int64_t projection = is_projected ? config.projection_dim : width;
  rows.add({.name = "text_projection.weight",
            .ldm_name = "text_projection",
            .shape = {projection, width},
            .ldm_shape = {width, projection},
            .change = KeyChange::transpose,
            .is_optional = !is_projected});
  rows.add({.name = "logit_scale", .ldm_name = "logit_scale", .shape = {}, .ldm_shape = {}, .is_optional = true});
  return rows.take();
}

}  // namespace redraw
