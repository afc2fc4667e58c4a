#include "ops/attention.h"

#include <cmath>

#include "ops/checks.h"

namespace redraw {

Tensor attention(Backend& backend, const Tensor& q, const Tensor& k, const Tensor& v, int64_t heads, bool is_causal) {
  if (!q || q.shape().rank() != 3 || heads < 1 || q.dim(2) % heads != 0 || q.dim(2) == 0) {
    throw Error(Code::bad_size, "attention: queries of shape " + q.shape().to_string() + " cannot be split into " +
                                    std::to_string(heads) + " heads");
  }
  const int64_t keys = k && k.shape().rank() == 3 ? k.dim(1) : 0;
  check_shape("attention", "keys", k, {q.dim(0), keys, q.dim(2)});
  check_shape("attention", "values", v, k.shape());
  if (keys == 0 || (is_causal && keys != q.dim(1))) {
    throw Error(Code::bad_size, "attention: " + std::to_string(q.dim(1)) + " queries against " + std::to_string(keys) +
                                    " keys" + (is_causal ? " with a causal mask" : ""));
  }
  Tensor out(backend.pool(), q.shape());
  const OpTimer timer =
      backend.begin(OpKind::attention, 4.0 * static_cast<double>(q.elements()) * static_cast<double>(keys));
  const int64_t width = q.dim(2) / heads;
  const float scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(width)));
  backend.attention({.q = q, .k = k, .v = v, .heads = heads, .scale = scale, .is_causal = is_causal}, out);
  return out;
}

}  // namespace redraw
