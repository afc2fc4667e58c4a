// Linear layers, alone and with GEGLU.
#pragma once

#include <memory>

#include "ops/backend.h"

namespace redraw {

/// y = x W^T + b (torch.nn.Linear) bound to its packed weights.
class Linear {
 public:
  /// weight [out, in]; a 1x1 convolution's [out, in, 1, 1] means the same and is accepted. bias [out] or empty.
  /// Throws Error(tensor_wrong_shape) naming the weight.
  Linear(Backend& backend, const LinearSpec& spec, Weight weight, Weight bias);

  /// x [..., in] -> [..., out]; with a residual of the output's shape, plus the residual (see Conv2d).
  Tensor operator()(const Tensor& x, Tensor residual = {}) const;
  /// x [..., in] -> [..., out / 2]: the first half of the outputs times the exact GELU of the second
  /// (Shazeer 2020, "GLU variants"; diffusers GEGLU).
  Tensor geglu(const Tensor& x) const;

  const LinearSpec& spec() const { return spec_; }

 private:
  Backend* backend_;
  LinearSpec spec_;
  std::unique_ptr<PackedWeights> weights_;
};

}  // namespace redraw
