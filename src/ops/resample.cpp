#include "ops/resample.h"

#include <array>

#include "ops/checks.h"

namespace redraw {

Tensor upsample_nearest_2x(Backend& backend, const Tensor& x) {
  if (!x || x.shape().rank() != 4) throw Error(Code::bad_size, "upsample_nearest_2x: the input is not [N, H, W, C]");
  Tensor out(backend.pool(), {x.dim(0), 2 * x.dim(1), 2 * x.dim(2), x.dim(3)});
  const OpTimer timer(backend.profile(), OpKind::resample);
  backend.upsample_nearest_2x(x, out);
  return out;
}

Tensor concat_channels(Backend& backend, const Tensor& a, const Tensor& b) {
  const size_t rank = a ? a.shape().rank() : 0;
  bool fits = rank > 0 && b && b.shape().rank() == rank;
  std::array<int64_t, Shape::kMaxRank> extents{};
  for (size_t i = 0; fits && i < rank; ++i) {
    extents[i] = a.dim(i);
    if (i + 1 < rank) fits = a.dim(i) == b.dim(i);
  }
  if (!fits) {
    throw Error(Code::bad_size, "concat_channels: shapes " + a.shape().to_string() + " and " + b.shape().to_string() +
                                    " differ in more than their channels");
  }
  extents[rank - 1] += b.shape().back();
  Tensor out(backend.pool(), Shape(std::span<const int64_t>(extents.data(), rank)));
  const OpTimer timer(backend.profile(), OpKind::resample);
  backend.concat_channels(a, b, out);
  return out;
}

}  // namespace redraw
