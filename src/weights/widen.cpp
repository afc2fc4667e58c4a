#include "weights/widen.h"

#include <bit>
#include <cstring>
#include <string>

#include "base/error.h"
#include "base/half.h"

namespace redraw {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

// Tensors need not be aligned in the file, so elements are fetched with memcpy: the same vector loads, no undefined
// behaviour.
template <typename Convert>
void widen_16_bit(const std::byte* __restrict from, float* __restrict to, size_t count, Convert convert) {
  for (size_t i = 0; i < count; ++i) {
    uint16_t bits = 0;
    std::memcpy(&bits, from + i * sizeof(bits), sizeof(bits));
    to[i] = convert(bits);
  }
}

}  // namespace

bool widens_to_f32(DType dtype) {
  return dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16;
}

void widen_to_f32(DType dtype, std::span<const std::byte> from, std::span<float> to) {
  if (!widens_to_f32(dtype)) {
    throw Error(Code::tensor_wrong_dtype, "elements of type " + std::string(dtype_name(dtype)) +
                                              " cannot be read as F32 (F32, F16 and BF16 can)");
  }
  if (from.size() / static_cast<size_t>(dtype_bytes(dtype)) != to.size() ||
      from.size() % static_cast<size_t>(dtype_bytes(dtype)) != 0) {
    throw Error(Code::bad_size, std::to_string(from.size()) + " bytes of " + std::string(dtype_name(dtype)) +
                                    " do not hold " + std::to_string(to.size()) + " elements");
  }
  if (to.empty()) return;
  if (dtype == DType::f32) {
    std::memcpy(to.data(), from.data(), from.size());
  } else if (dtype == DType::f16) {
    widen_16_bit(from.data(), to.data(), to.size(), [](uint16_t bits) { return half_to_float(bits); });
  } else {
    widen_16_bit(from.data(), to.data(), to.size(), [](uint16_t bits) { return bfloat16_to_float(bits); });
  }
}

}  // namespace redraw
