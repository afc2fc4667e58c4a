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

/// Every output that a Stable Diffusion family uses; N prompts of `max_position_embeddings` tokens.
struct ClipTextOutput {
  Tensor last_hidden_state;  ///< [N, 77, hidden], after the final layer norm: SD 1 and 2
  Tensor penultimate;        ///< [N, 77, hidden], before the last layer, not normed: SDXL
  Tensor hidden;             ///< [N, 77, hidden], the state that was asked for, not normed: clip skip
  Tensor pooled;             ///< [N, hidden], last_hidden_state at the end token
  Tensor text_embeds;        ///< [N, projection_dim], the projected pooled state; empty without a projection
};

class ClipTextModel {
 public:
  /// p: the root of the file; the prefix "text_model." may be there or not.
  ClipTextModel(Backend& backend, const nn::Parameters& p, const ClipTextConfig& config);

  /// ids: N rows of max_position_embeddings token ids each. `hidden` is the state before the last `hidden_from_end`
  /// layers, transformers' hidden_states[-1 - hidden_from_end]: 0 for after all of them, num_hidden_layers for the
  /// embeddings. The other outputs do not depend on it. Throws Error(out_of_range) for an id outside the vocabulary or
  /// more layers than there are, Error(bad_size) for incomplete rows.
  ClipTextOutput operator()(std::span<const int32_t> ids, int64_t hidden_from_end = 0) const;
  /// The layer norm behind the last layer, on a state [N, 77, hidden]: what clip skip adds to `hidden` in SD 1 and 2.
  Tensor final_norm(const Tensor& hidden) const { return (*final_norm_)(hidden); }

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
