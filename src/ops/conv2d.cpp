#include "ops/conv2d.h"

#include <algorithm>
#include <utility>

#include "ops/checks.h"

namespace redraw {
namespace {

constexpr int64_t kPadding = -1;

// Which row (or column) of a map lies `at` rows from its first. kPadding outside a map that ends there.
int64_t source_of(int64_t at, int64_t extent, bool wraps) {
  if (at >= 0 && at < extent) return at;
  return wraps ? (at % extent + extent) % extent : kPadding;
}

// The map with its padding around it. A full copy costs little beside a convolution, and devices need not know of it.
Tensor with_padding(MemoryPool& pool, const Conv2dSpec& spec, const Tensor& x, WrapAxes wrap) {
  const int64_t rows = x.dim(1), columns = x.dim(2), channels = x.dim(3);
  const int64_t padding = spec.pad_before + spec.pad_after;
  Tensor out(pool, {x.dim(0), rows + padding, columns + padding, channels});
  float* to = out.data();
  for (int64_t n = 0; n < x.dim(0); ++n) {
    for (int64_t row = -spec.pad_before; row < rows + spec.pad_after; ++row) {
      const int64_t source_row = source_of(row, rows, wrap.y);
      if (source_row == kPadding) {
        to = std::fill_n(to, (columns + padding) * channels, 0.0f);
        continue;
      }
      const float* from = x.data() + (n * rows + source_row) * columns * channels;
      const auto put_edge = [&](int64_t first, int64_t end) {
        for (int64_t column = first; column < end; ++column) {
          const int64_t source = source_of(column, columns, wrap.x);
          to = source == kPadding ? std::fill_n(to, channels, 0.0f)
                                  : std::copy_n(from + source * channels, channels, to);
        }
      };
      put_edge(-spec.pad_before, 0);
      to = std::copy_n(from, columns * channels, to);
      put_edge(columns, columns + spec.pad_after);
    }
  }
  return out;
}

}  // namespace

Conv2d::Conv2d(Backend& backend, const Conv2dSpec& spec, Weight weight, Weight bias) : backend_(&backend), spec_(spec) {
  backend.stop_if_cancelled();  // a network has hundreds of layers, and each reads a little from its file
  check_weight(weight, {spec.out_channels, spec.in_channels, spec.kernel, spec.kernel});
  if (bias) check_weight(bias, {spec.out_channels});
  weights_ = backend.pack_conv2d(spec, std::move(weight), std::move(bias));
}

Tensor Conv2d::operator()(const Tensor& x, Tensor residual, WrapAxes wrap) const {
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
  const OpTimer timer = backend_->begin(OpKind::conv2d, flop);
  if (wrap.any() && spec_.pad_before + spec_.pad_after > 0) {
    Conv2dSpec unpadded = spec_;
    unpadded.pad_before = unpadded.pad_after = 0;
    backend_->conv2d(unpadded, *weights_, with_padding(backend_->pool(), spec_, x, wrap), accumulate, out);
  } else {
    backend_->conv2d(spec_, *weights_, x, accumulate, out);
  }
  return out;
}

}  // namespace redraw
