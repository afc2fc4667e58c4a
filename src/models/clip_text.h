// The text encoders of Stable Diffusion: CLIP ViT-L, OpenCLIP ViT-H and ViT-bigG, in Hugging Face's layout.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/json.h"
#include "nn/layers.h"

namespace redraw {

/// text_encoder/config.json (transformers CLIPTextConfig).
struct ClipTextConfig {
  int64_t vocab_size = 49408;
  int64_t hidden_size = 768;
  int64_t intermediate_size = 3072;
  int64_t num_hidden_layers = 12;
  int64_t num_attention_heads = 12;
  int64_t max_position_embeddings = 77;
  Activation hidden_act = Activation::quick_gelu;
  float layer_norm_eps = 1e-5f;
  int64_t eos_token_id = 2;
  int64_t projection_dim = 0;  ///< 0: no projection (CLIPTextModel)

  bool operator==(const ClipTextConfig&) const = default;
};

/// Throws the errors of JsonObject, and Error(model_unsupported) for another kind of model.
ClipTextConfig parse_clip_text_config(const JsonObject& config);

/// Of N prompts of `max_position_embeddings` tokens.
struct ClipTextOutput {
  Tensor hidden;       ///< [N, 77, hidden], the state that was asked for, before the final layer norm
  Tensor text_embeds;  ///< [N, projection_dim], the projected pooled state; empty without a projection
};

class ClipTextModel {
 public:
  /// p: the root of the file; the prefix "text_model." may be there or not.
  ClipTextModel(Backend& backend, const nn::Parameters& p, const ClipTextConfig& config);

  /// ids: N rows of max_position_embeddings token ids each. `hidden` is the state before the last `hidden_from_end`
  /// layers, transformers' hidden_states[-1 - hidden_from_end]. 0: after all layers; num_hidden_layers: the embeddings.
  /// text_embeds does not depend on it. Without a projection the layers after `hidden` are not run. Throws Error:
  /// out_of_range for an id outside the vocabulary or for more layers than there are, bad_size for incomplete rows.
  ClipTextOutput operator()(std::span<const int32_t> ids, int64_t hidden_from_end = 0) const;
  /// The layer norm after the last layer, of a state [N, 77, hidden]. SD 1 and 2 apply it to `hidden`, SDXL does not.
  Tensor final_norm(const Tensor& hidden) const { return (*final_norm_)(hidden); }
  /// normed: final_norm of the state after all layers. Returns [N, hidden], its rows at the end token of each prompt.
  Tensor pooled(const Tensor& normed, std::span<const int32_t> ids) const;

  const ClipTextConfig& config() const { return config_; }

 private:
  struct Layer {
    LayerNorm norm1;
    Linear q, k, v, out;
    LayerNorm norm2;
    Linear fc1, fc2;
  };

  int64_t end_position(std::span<const int32_t> row) const;

  Backend* backend_;
  ClipTextConfig config_;
  Weight token_embedding_;
  Tensor position_embedding_;
  std::vector<Layer> layers_;
  std::optional<LayerNorm> final_norm_;
  std::optional<Linear> projection_;
};

}  // namespace redraw
