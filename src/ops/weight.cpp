#include "ops/weight.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/half.h"

namespace redraw {

Tensor Weight::load() const {
  Tensor values = Tensor::zeros(shape);
  read(0, values.values());
  return values;
}

Weight Weight::of(std::string name, Tensor values) {
  const Shape shape = values.shape();
  return {.name = std::move(name),
          .shape = shape,
          .read = [values = std::move(values)](int64_t first, std::span<float> out) {
            std::copy_n(values.data() + first, out.size(), out.data());
          }};
}

Weight Weight::of(std::string name, const Tensor& values, DType stored) {
  auto numbers = std::make_shared<std::vector<uint16_t>>();
  numbers->reserve(values.values().size());
  Tensor rounded = Tensor::zeros(values.shape());
  for (const float value : values.values()) {
    numbers->push_back(stored == DType::bf16 ? float_to_bfloat16(value) : float_to_half(value));
    rounded.data()[numbers->size() - 1] =
        stored == DType::bf16 ? bfloat16_to_float(numbers->back()) : half_to_float(numbers->back());
  }
  Weight weight = of(std::move(name), std::move(rounded));
  weight.stored = StoredNumbers{.dtype = stored, .read = [numbers](int64_t first, std::span<std::byte> out) {
                                  std::memcpy(out.data(), numbers->data() + first, out.size());
                                }};
  return weight;
}

}  // namespace redraw
