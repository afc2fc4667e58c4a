#include "ops/activation.h"

#include "ops/checks.h"

namespace redraw {

Tensor activate(Backend& backend, Tensor x, Activation activation) {
  if (activation == Activation::none) return x;
  Tensor out = x.is_unique() ? x : Tensor(backend.pool(), x.shape());
  const OpTimer timer = backend.begin(OpKind::activation);
  backend.activate(x, activation, out);
  return out;
}

Tensor softmax(Backend& backend, const Tensor& x) {
  if (!x || x.shape().rank() == 0 || x.shape().back() == 0) {
    throw Error(Code::bad_size, "softmax: the last axis of the input is empty");
  }
  Tensor out(backend.pool(), x.shape());
  const OpTimer timer = backend.begin(OpKind::activation);
  backend.softmax(x, out);
  return out;
}

}  // namespace redraw
