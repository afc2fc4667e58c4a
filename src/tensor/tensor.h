// A contiguous array of float32 with a shape. No arithmetic: that is the business of ops.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "tensor/memory_pool.h"
#include "tensor/shape.h"

namespace redraw {

/// A value with shared storage: copying a Tensor copies the handle, not the numbers. Row-major and contiguous.
/// Feature maps are channels-last, [N, H, W, C]; tokens are [N, T, C]; so a map seen as [N, H*W, C] is its tokens.
/// An empty (default) tensor is "no tensor" and tests false.
class Tensor {
 public:
  Tensor() = default;
  /// Uninitialised numbers from the pool.
  Tensor(MemoryPool& pool, Shape shape);
  /// A tensor of its own, outside any pool, with these numbers. Throws Error(bad_size) if the counts differ.
  static Tensor from(Shape shape, std::span<const float> values);
  static Tensor zeros(Shape shape);

  explicit operator bool() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  int64_t elements() const { return shape_.elements(); }
  int64_t dim(size_t axis) const { return shape_[axis]; }

  float* data() { return data_; }
  const float* data() const { return data_; }
  std::span<float> values() { return {data_, static_cast<size_t>(elements())}; }
  std::span<const float> values() const { return {data_, static_cast<size_t>(elements())}; }

  /// The same numbers under another shape. Throws Error(bad_size) if the counts differ.
  Tensor reshaped(Shape shape) const;
  /// Rows begin..end-1 of the outermost axis, as a view.
  Tensor rows(int64_t begin, int64_t end) const;
  /// True when no other handle shares the storage, so that its numbers may be overwritten unseen.
  bool is_unique() const { return storage_.use_count() == 1; }

 private:
  std::shared_ptr<std::byte> storage_;
  float* data_ = nullptr;
  Shape shape_{0};
};

}  // namespace redraw
