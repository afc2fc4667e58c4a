#include "tensor/tensor.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace redraw {

Tensor::Tensor(MemoryPool& pool, Shape shape)
    : storage_(pool.allocate(static_cast<size_t>(shape.elements()) * sizeof(float))),
      data_(reinterpret_cast<float*>(storage_.get())),
      shape_(shape) {}

Tensor Tensor::from(Shape shape, std::span<const float> values) {
  if (shape.elements() != static_cast<int64_t>(values.size())) {
    throw Error(Code::bad_size, std::to_string(values.size()) + " values do not fill a tensor of " + shape.to_string());
  }
  Tensor result = zeros(shape);
  std::copy(values.begin(), values.end(), result.data());
  return result;
}

Tensor Tensor::zeros(Shape shape) {
  MemoryPool own;  // the storage outlives it
  Tensor result(own, shape);
  std::fill(result.values().begin(), result.values().end(), 0.0f);
  return result;
}

Tensor Tensor::reshaped(Shape shape) const {
  if (shape.elements() != elements()) {
    throw Error(Code::bad_size, "a tensor of " + shape_.to_string() + " cannot be seen as " + shape.to_string());
  }
  Tensor view = *this;
  view.shape_ = shape;
  return view;
}

Tensor Tensor::rows(int64_t begin, int64_t end) const {
  if (shape_.rank() == 0 || begin < 0 || begin > end || end > shape_[0]) {
    throw Error(Code::bad_size, "rows " + std::to_string(begin) + ".." + std::to_string(end) + " of a tensor of " +
                                    shape_.to_string() + " do not exist");
  }
  std::array<int64_t, Shape::kMaxRank> extents{};
  std::copy(shape_.extents().begin(), shape_.extents().end(), extents.begin());
  extents[0] = end - begin;
  Tensor view = *this;
  view.shape_ = Shape(std::span<const int64_t>(extents.data(), shape_.rank()));
  const int64_t row = shape_[0] == 0 ? 0 : elements() / shape_[0];
  view.data_ += begin * row;
  return view;
}

}  // namespace redraw
