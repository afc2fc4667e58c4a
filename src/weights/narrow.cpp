#include "weights/narrow.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <string>

#include "base/error.h"
#include "base/half.h"

namespace redraw {
namespace {

template <typename Convert>
bool narrow(std::span<const float> from, std::span<std::byte> to, Convert convert) {
  bool is_within = true;
  for (size_t i = 0; i < from.size(); ++i) {
    const uint16_t bits = convert(from[i]);
    std::memcpy(to.data() + i * sizeof(bits), &bits, sizeof(bits));
    constexpr uint16_t kSign = 0x8000;
    const bool is_infinite = (bits & ~kSign) == convert(INFINITY);
    is_within = is_within && !(is_infinite && std::isfinite(from[i]));
  }
  return is_within;
}

}  // namespace

bool narrow_from_f32(DType dtype, std::span<const float> from, std::span<std::byte> to) {
  if (dtype != DType::f32 && dtype != DType::f16 && dtype != DType::bf16) {
    throw Error(Code::tensor_wrong_dtype,
                "weights are written as F32, F16 or BF16, not " + std::string(dtype_name(dtype)));
  }
  if (static_cast<int64_t>(to.size()) != stored_bytes(dtype, static_cast<int64_t>(from.size()))) {
    throw Error(Code::bad_size,
                std::to_string(from.size()) + " numbers do not take " + std::to_string(to.size()) + " bytes");
  }
  if (dtype == DType::f16) return narrow(from, to, float_to_half);
  if (dtype == DType::bf16) return narrow(from, to, float_to_bfloat16);
  if (!from.empty()) std::memcpy(to.data(), from.data(), to.size());
  return true;
}

}  // namespace redraw
