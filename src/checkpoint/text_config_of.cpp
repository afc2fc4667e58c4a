#include <algorithm>
#include <nlohmann/json.hpp>

#include "checkpoint/part_configs.h"

namespace redraw {
namespace {

constexpr int64_t kHeadWidth = 64;  // of every published CLIP text tower

nlohmann::json text_config(int64_t vocabulary, int64_t width, int64_t positions) {
  return {{"architectures", {"CLIPTextModel"}},
          {"model_type", "clip_text_model"},
          {"vocab_size", vocabulary},
          {"hidden_size", width},
          {"num_attention_heads", std::max<int64_t>(1, width / kHeadWidth)},
          {"max_position_embeddings", positions},
          {"layer_norm_eps", 1e-5},
          {"projection_dim", width},
          // transformers reads 2 as "the largest id of the row", which is the end token.
          {"eos_token_id", 2}};
}

}  // namespace

int64_t stored_clip_layers(const PartTensors& text) {
  return text.count("encoder.layers.", ".layer_norm1.weight");
}

int64_t stored_open_clip_layers(const PartTensors& text) {
  return text.count("transformer.resblocks.", ".ln_1.weight");
}

nlohmann::json clip_config_of(const PartTensors& text) {
  const char* tokens = "embeddings.token_embedding.weight";
  nlohmann::json config = text_config(text.extent(tokens, 0), text.extent(tokens, 1),
                                      text.extent("embeddings.position_embedding.weight", 0));
  config["hidden_act"] = "quick_gelu";
  config["intermediate_size"] = text.extent("encoder.layers.0.mlp.fc1.weight", 0);
  config["num_hidden_layers"] = stored_clip_layers(text);
  return config;
}

nlohmann::json open_clip_config_of(const PartTensors& text, int64_t used_layers) {
  const char* tokens = "token_embedding.weight";
  nlohmann::json config =
      text_config(text.extent(tokens, 0), text.extent(tokens, 1), text.extent("positional_embedding", 0));
  config["hidden_act"] = "gelu";
  config["intermediate_size"] = text.extent("transformer.resblocks.0.mlp.c_fc.weight", 0);
  config["num_hidden_layers"] = used_layers;
  return config;
}

}  // namespace redraw
