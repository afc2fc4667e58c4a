#include "ops/checks.h"

#include <algorithm>

namespace redraw {

Tensor output_with_residual(MemoryPool& pool, std::string_view op, Tensor residual, const Shape& shape) {
  if (!residual) return Tensor(pool, shape);
  check_shape(op, "residual", residual, shape);
  if (residual.is_unique()) return residual;
  Tensor copy(pool, shape);
  std::copy(residual.values().begin(), residual.values().end(), copy.data());
  return copy;
}

}  // namespace redraw
