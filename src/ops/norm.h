// Group and layer normalisation.
#pragma once

#include "ops/backend.h"

namespace redraw {

/// torch.nn.GroupNorm over channels-last input, fused with the operators that usually precede and follow it.
class GroupNorm {
 public:
  /// weight and bias [channels]; groups must divide channels. Throws Error(tensor_wrong_shape), Error(bad_size).
  GroupNorm(Backend& backend, int64_t channels, int64_t groups, float epsilon, const Weight& weight,
            const Weight& bias);

  /// x [N, ..., C] -> activation(norm(x + shift)). shift: empty, or [N or 1, C], the projected time embedding.
  Tensor operator()(const Tensor& x, Activation activation = Activation::none, const Tensor& shift = {}) const;

 private:
  Backend* backend_;
  int64_t groups_;
  float epsilon_;
  Tensor weight_;
  Tensor bias_;
};

/// torch.nn.LayerNorm over the last axis.
class LayerNorm {
 public:
  LayerNorm(Backend& backend, int64_t channels, float epsilon, const Weight& weight, const Weight& bias);
  Tensor operator()(const Tensor& x) const;

 private:
  Backend* backend_;
  float epsilon_;
  Tensor weight_;
  Tensor bias_;
};

}  // namespace redraw
