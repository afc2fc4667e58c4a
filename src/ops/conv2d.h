// Convolution over channels-last maps.
#pragma once

#include <memory>

#include "ops/backend.h"
#include "ops/wrap_axes.h"

namespace redraw {

/// A convolution bound to its packed weights (torch.nn.Conv2d; diffusers' 3x3, 1x1 and strided convolutions).
class Conv2d {
 public:
  /// weight [out, in, kernel, kernel]; bias [out] or empty. Throws Error(tensor_wrong_shape) naming the weight.
  Conv2d(Backend& backend, const Conv2dSpec& spec, Weight weight, Weight bias);

  /// x [N, H, W, in] -> [N, H', W', out]. With a residual of the output's shape the result is conv(x) + residual. The
  /// residual's storage is reused if the caller gives up its handle. Padding holds zeros. On axes that wrap it holds
  /// what lies at the other side. This is torch's padding_mode "zeros" and "circular", except that a map may be smaller
  /// than its padding. Throws Error(bad_size) if shapes do not fit.
  Tensor operator()(const Tensor& x, Tensor residual = {}, WrapAxes wrap = {}) const;

  const Conv2dSpec& spec() const { return spec_; }

 private:
  Backend* backend_;
  Conv2dSpec spec_;
  std::unique_ptr<PackedWeights> weights_;
};

}  // namespace redraw
