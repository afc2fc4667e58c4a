#include "ops/weight.h"

#include <algorithm>
#include <utility>

namespace redraw {

Tensor Weight::load() const {
  Tensor values = Tensor::zeros(shape);
  read(0, values.values());
  return values;
}

Weight Weight::of(std::string name, Tensor values) {
  const Shape shape = values.shape();
  return {std::move(name), shape, [values = std::move(values)](int64_t first, std::span<float> out) {
            std::copy_n(values.data() + first, out.size(), out.data());
          }};
}

}  // namespace redraw
