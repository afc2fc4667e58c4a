#include "ops/norm.h"

#include "ops/checks.h"

namespace redraw {

GroupNorm::GroupNorm(Backend& backend, int64_t channels, int64_t groups, float epsilon, const Weight& weight,
                     const Weight& bias)
    : backend_(&backend), groups_(groups), epsilon_(epsilon) {
  check_weight(weight, {channels});
  check_weight(bias, {channels});
  if (groups < 1 || channels % groups != 0) {
    throw Error(Code::bad_size, "group norm '" + weight.name + "': " + std::to_string(channels) +
                                    " channels cannot be split into " + std::to_string(groups) + " groups");
  }
  weight_ = weight.load();
  bias_ = bias.load();
}

Tensor GroupNorm::operator()(const Tensor& x, Activation activation, const Tensor& shift) const {
  const int64_t channels = weight_.elements();
  if (!x || x.shape().rank() < 2 || x.shape().back() != channels) {
    throw Error(Code::bad_size, "group_norm: the input has shape " + x.shape().to_string() + ", expected [N, ..., " +
                                    std::to_string(channels) + "]");
  }
  if (shift && shift.dim(0) != 1) check_shape("group_norm", "shift", shift, {x.dim(0), channels});
  if (shift && shift.dim(0) == 1) check_shape("group_norm", "shift", shift, {1, channels});
  Tensor out(backend_->pool(), x.shape());
  const OpTimer timer = backend_->begin(OpKind::group_norm);
  backend_->group_norm({.x = x,
                        .shift = shift ? &shift : nullptr,
                        .weight = weight_,
                        .bias = bias_,
                        .groups = groups_,
                        .epsilon = epsilon_,
                        .activation = activation},
                       out);
  return out;
}

LayerNorm::LayerNorm(Backend& backend, int64_t channels, float epsilon, const Weight& weight, const Weight& bias)
    : backend_(&backend), epsilon_(epsilon) {
  check_weight(weight, {channels});
  check_weight(bias, {channels});
  weight_ = weight.load();
  bias_ = bias.load();
}

Tensor LayerNorm::operator()(const Tensor& x) const {
  if (!x || x.shape().rank() == 0 || x.shape().back() != weight_.elements()) {
    throw Error(Code::bad_size, "layer_norm: the input has shape " + x.shape().to_string() + ", expected [..., " +
                                    std::to_string(weight_.elements()) + "]");
  }
  Tensor out(backend_->pool(), x.shape());
  const OpTimer timer = backend_->begin(OpKind::layer_norm);
  backend_->layer_norm(x, weight_, bias_, epsilon_, out);
  return out;
}

}  // namespace redraw
