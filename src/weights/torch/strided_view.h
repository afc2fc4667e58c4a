// A tensor as a view of a storage: where its elements lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tensor/dtype.h"

namespace redraw {

/// Element (i, j, ...) is number offset + i * strides[0] + j * strides[1] + ... of the storage. All numbers are
/// non-negative, in elements, and there are as many strides as extents. A plain type.
struct StridedView {
  DType dtype = DType::f32;
  int64_t offset = 0;
  std::vector<int64_t> extents = {};
  std::vector<int64_t> strides = {};

  /// True when the elements follow one another in row-major order.
  bool is_contiguous() const;
};

/// Number of elements. Throws Error(torch_bad_tensor) when it does not fit in 64 bits.
int64_t view_elements(const StridedView& view);
/// Elements of the storage from `offset` to the last one the view has, 0 when it has none. Throws as above.
int64_t view_reach(const StridedView& view);

/// Copies the elements in row-major order to `out`, which has room for exactly all. read: fills a span with bytes of
/// the storage. Reads the storage in pieces of about a mebibyte, or as large as one step along the widest stride takes.
void gather_rows(const StridedView& view, const std::function<void(uint64_t, std::span<std::byte>)>& read,
                 std::span<std::byte> out);

}  // namespace redraw
