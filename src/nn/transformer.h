// The transformer over a feature map: self-attention, cross-attention to the text, feed-forward.
#pragma once

#include <utility>
#include <vector>

#include "nn/layers.h"
#include "ops/attention.h"

namespace redraw::nn {

/// What stays the same over the steps of a run: keys and values of the context, [N, tokens, channels], for each
/// cross-attention layer. The layers come in the order in which the model makes them.
struct CrossAttentionCache {
  std::vector<std::pair<Tensor, Tensor>> keys_values;
};

struct TransformerSpec {
  int64_t channels = 0;
  int64_t heads = 8;
  int64_t layers = 1;
  int64_t context_width = 768;  ///< features of a text token
  int64_t groups = 32;          ///< of the group norm in front; its epsilon is 1e-6, unlike the UNet's others
};

/// diffusers BasicTransformerBlock: three residual parts, each behind a layer norm (epsilon 1e-5).
class TransformerBlock {
 public:
  TransformerBlock(Backend& backend, const Parameters& p, const TransformerSpec& spec);

  /// Keys and values of context [N, tokens, context_width].
  std::pair<Tensor, Tensor> prepare(const Tensor& context) const;
  /// x [N, T, channels] -> the same shape.
  Tensor operator()(Tensor x, const std::pair<Tensor, Tensor>& context) const;

 private:
  Backend* backend_;
  int64_t heads_;
  LayerNorm norm1_;
  Linear self_q_, self_k_, self_v_, self_out_;
  LayerNorm norm2_;
  Linear cross_q_, cross_k_, cross_v_, cross_out_;
  LayerNorm norm3_;
  Linear feed_forward_in_, feed_forward_out_;
};

/// diffusers Transformer2DModel: group norm, projection, blocks, projection, plus the input. The projections are 1x1
/// convolutions in SD 1 and linear layers in SD 2 and SDXL; channels-last these are the same.
class Transformer2D {
 public:
  Transformer2D(Backend& backend, const Parameters& p, const TransformerSpec& spec);

  /// Appends the keys and values of its layers for this context.
  void prepare(const Tensor& context, CrossAttentionCache& cache) const;
  /// x [N, H, W, channels] -> the same shape. `next` is the place in the cache of its first layer; it moves on.
  Tensor operator()(const Tensor& x, const CrossAttentionCache& cache, size_t& next) const;

 private:
  GroupNorm norm_;
  Linear project_in_;
  std::vector<TransformerBlock> blocks_;
  Linear project_out_;
};

}  // namespace redraw::nn
