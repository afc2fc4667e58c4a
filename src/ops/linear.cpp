#include "ops/linear.h"

#include <array>
#include <utility>

#include "ops/checks.h"

namespace redraw {
namespace {

Shape with_last_extent(const Shape& shape, int64_t last) {
  std::array<int64_t, Shape::kMaxRank> extents{};
  for (size_t i = 0; i < shape.rank(); ++i) extents[i] = shape[i];
  extents[shape.rank() - 1] = last;
  return Shape(std::span<const int64_t>(extents.data(), shape.rank()));
}

}  // namespace

Linear::Linear(Backend& backend, const LinearSpec& spec, Weight weight, Weight bias) : backend_(&backend), spec_(spec) {
  backend.stop_if_cancelled();
  if (weight.shape == Shape{spec.out_features, spec.in_features, 1, 1}) {
    weight.shape = {spec.out_features, spec.in_features};
  }
  check_weight(weight, {spec.out_features, spec.in_features});
  if (bias) check_weight(bias, {spec.out_features});
  weights_ = backend.pack_linear(spec, std::move(weight), std::move(bias));
}

Tensor Linear::operator()(const Tensor& x, Tensor residual) const {
  if (!x || x.shape().rank() == 0 || x.shape().back() != spec_.in_features) {
    throw Error(Code::bad_size, "linear: the input has shape " + x.shape().to_string() + ", expected [..., " +
                                    std::to_string(spec_.in_features) + "]");
  }
  const bool accumulate = static_cast<bool>(residual);
  Tensor out = output_with_residual(backend_->pool(), "linear", std::move(residual),
                                    with_last_extent(x.shape(), spec_.out_features));
  const double flop = 2.0 * static_cast<double>(out.elements()) * static_cast<double>(spec_.in_features);
  const OpTimer timer = backend_->begin(OpKind::linear, flop);
  backend_->linear(spec_, *weights_, x, accumulate, out);
  return out;
}

Tensor Linear::geglu(const Tensor& x) const {
  const Tensor both = (*this)(x);
  Tensor out(backend_->pool(), with_last_extent(x.shape(), spec_.out_features / 2));
  const OpTimer timer = backend_->begin(OpKind::activation);
  backend_->geglu(both, out);
  return out;
}

}  // namespace redraw
