#include "nn/transformer.h"

namespace redraw::nn {
namespace {

constexpr float kLayerNormEpsilon = 1e-5f;
constexpr float kGroupNormEpsilon = 1e-6f;

}  // namespace

TransformerBlock::TransformerBlock(Backend& backend, const Parameters& p, const TransformerSpec& spec)
    : backend_(&backend),
      heads_(spec.heads),
      norm1_(layer_norm(backend, p / "norm1", spec.channels, kLayerNormEpsilon)),
      self_q_(linear(backend, p / "attn1" / "to_q", spec.channels, spec.channels)),
      self_k_(linear(backend, p / "attn1" / "to_k", spec.channels, spec.channels)),
      self_v_(linear(backend, p / "attn1" / "to_v", spec.channels, spec.channels)),
      self_out_(linear(backend, p / "attn1" / "to_out" / 0, spec.channels, spec.channels)),
      norm2_(layer_norm(backend, p / "norm2", spec.channels, kLayerNormEpsilon)),
      cross_q_(linear(backend, p / "attn2" / "to_q", spec.channels, spec.channels)),
      cross_k_(linear(backend, p / "attn2" / "to_k", spec.context_width, spec.channels)),
      cross_v_(linear(backend, p / "attn2" / "to_v", spec.context_width, spec.channels)),
      cross_out_(linear(backend, p / "attn2" / "to_out" / 0, spec.channels, spec.channels)),
      norm3_(layer_norm(backend, p / "norm3", spec.channels, kLayerNormEpsilon)),
      feed_forward_in_(linear(backend, p / "ff" / "net" / 0 / "proj", spec.channels, 8 * spec.channels)),
      feed_forward_out_(linear(backend, p / "ff" / "net" / 2, 4 * spec.channels, spec.channels)) {}

std::pair<Tensor, Tensor> TransformerBlock::prepare(const Tensor& context) const {
  return {cross_k_(context), cross_v_(context)};
}

Tensor TransformerBlock::operator()(Tensor x, const std::pair<Tensor, Tensor>& context) const {
  {
    const Tensor h = norm1_(x);
    x = self_out_(attention(*backend_, self_q_(h), self_k_(h), self_v_(h), heads_), std::move(x));
  }
  {
    const Tensor q = cross_q_(norm2_(x));
    x = cross_out_(attention(*backend_, q, context.first, context.second, heads_), std::move(x));
  }
  const Tensor h = feed_forward_in_.geglu(norm3_(x));
  return feed_forward_out_(h, std::move(x));
}

Transformer2D::Transformer2D(Backend& backend, const Parameters& p, const TransformerSpec& spec)
    : norm_(group_norm(backend, p / "norm", spec.channels, spec.groups, kGroupNormEpsilon)),
      project_in_(linear(backend, p / "proj_in", spec.channels, spec.channels)),
      project_out_(linear(backend, p / "proj_out", spec.channels, spec.channels)) {
  for (int64_t i = 0; i < spec.layers; ++i) blocks_.emplace_back(backend, p / "transformer_blocks" / i, spec);
}

void Transformer2D::prepare(const Tensor& context, CrossAttentionCache& cache) const {
  for (const TransformerBlock& block : blocks_) cache.keys_values.push_back(block.prepare(context));
}

Tensor Transformer2D::operator()(const Tensor& x, const CrossAttentionCache& cache, size_t& next) const {
  Tensor h = project_in_(norm_(x)).reshaped({x.dim(0), x.dim(1) * x.dim(2), x.dim(3)});
  for (const TransformerBlock& block : blocks_) h = block(std::move(h), cache.keys_values.at(next++));
  return project_out_(h.reshaped(x.shape()), x);
}

}  // namespace redraw::nn
