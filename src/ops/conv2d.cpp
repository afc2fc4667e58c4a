#include "ops/conv2d.h"

#include <utility>

#include "ops/checks.h"

namespace redraw {

Conv2d::Conv2d(Backend& backend, const Conv2dSpec& spec, Weight weight, Weight bias) : backend_(&backend), spec_(spec) {
  check_weight(weight, {spec.out_channels, spec.in_channels, spec.kernel, spec.kernel});
  if (bias) check_weight(bias, {spec.out_channels});
  weights_ = backend.pack_conv2d(spec, std::move(weight), std::move(bias));
}

Tensor Conv2d::operator()(const Tensor& x, Tensor residual) const {
  if (!x || x.shape().rank() != 4 || x.dim(3) != spec_.in_channels) {
    throw Error(Code::bad_size, "conv2d: the input has shape " + x.shape().to_string() + ", expected [N, H, W, " +
                                    std::to_string(spec_.in_channels) + "]");
  }
  const int64_t height = spec_.output_extent(x.dim(1));
  const int64_t width = spec_.output_extent(x.dim(2));
  if (height < 1 || width < 1) {
    throw Error(Code::bad_size, "conv2d: an input of " + x.shape().to_string() + " is smaller than the kernel");
  }
  const bool accumulate = static_cast<bool>(residual);
  const Shape shape{x.dim(0), height, width, spec_.out_channels};
  Tensor out = output_with_residual(backend_->pool(), "conv2d", std::move(residual), shape);
  const double flop =
      2.0 * static_cast<double>(out.elements()) * static_cast<double>(spec_.in_channels * spec_.kernel * spec_.kernel);
  const OpTimer timer(backend_->profile(), OpKind::conv2d, flop);
  backend_->conv2d(spec_, *weights_, x, accumulate, out);
  return out;
}

}  // namespace redraw
