#include "ops/resample.h"

#include <array>

#include "ops/checks.h"

namespace redraw {

Tensor upsample_nearest(Backend& backend, const Tensor& x, int64_t height, int64_t width) {
  if (!x || x.shape().rank() != 4 || height < x.dim(1) || width < x.dim(2)) {
    throw Error(Code::bad_size, "upsample_nearest: a map of " + x.shape().to_string() + " cannot grow to " +
                                    std::to_string(height) + " rows and " + std::to_string(width) + " columns");
  }
  Tensor out(backend.pool(), {x.dim(0), height, width, x.dim(3)});
  const OpTimer timer = backend.begin(OpKind::resample);
  backend.upsample_nearest(x, out);
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
  const OpTimer timer = backend.begin(OpKind::resample);
  backend.concat_channels(a, b, out);
  return out;
}

}  // namespace redraw
