// Checks that several operators share. A failure is a mistake in a model's code, or a model file whose configuration
// and tensors disagree in a way that nothing caught before.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "ops/weight.h"
#include "tensor/tensor.h"

namespace redraw {

inline void check_shape(std::string_view op, std::string_view what, const Tensor& tensor, const Shape& expected) {
  if (tensor && tensor.shape() == expected) return;
  throw Error(Code::bad_size, std::string(op) + ": " + std::string(what) + " has shape " +
                                  (tensor ? tensor.shape().to_string() : "(none)") + ", expected " +
                                  expected.to_string());
}

inline void check_weight(const Weight& weight, const Shape& expected) {
  if (weight.shape == expected) return;
  throw Error(Code::tensor_wrong_shape,
              "'" + weight.name + "' has shape " + weight.shape.to_string() + ", expected " + expected.to_string());
}

/// The tensor an operator writes to. With a residual it is the residual's own storage if nobody else holds it, else a
/// copy. Without one it is fresh memory of this shape.
Tensor output_with_residual(MemoryPool& pool, std::string_view op, Tensor residual, const Shape& shape);

}  // namespace redraw
