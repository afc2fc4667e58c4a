#include "weights/widen.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/error.h"
#include "base/half.h"
#include "weights/float8.h"
#include "weights/gguf/dequantise.h"

namespace redraw {
namespace {

static_assert(std::endian::native == std::endian::little, "weights are little-endian");

// Compiled a second time for processors with AVX2, where the loops take half as long. Not with sanitizers, whose
// libraries are not ready when the choice is made; clang 14 cannot.
#if defined(__x86_64__) && !defined(REDRAW_SANITIZED) && !defined(__clang__)
#define REDRAW_ALSO_FOR_AVX2 __attribute__((target_clones("arch=haswell", "default")))
#else
#define REDRAW_ALSO_FOR_AVX2
#endif

// Tensors need not be aligned in the file, so elements are fetched with memcpy: the same vector loads, no undefined
// behaviour.
uint16_t bits_at(const std::byte* from, size_t i) {
  uint16_t bits = 0;
  std::memcpy(&bits, from + i * sizeof(bits), sizeof(bits));
  return bits;
}

REDRAW_ALSO_FOR_AVX2
void widen_f16(const std::byte* __restrict from, float* __restrict to, size_t count) {
  for (size_t i = 0; i < count; ++i) to[i] = half_to_float(bits_at(from, i));
}

REDRAW_ALSO_FOR_AVX2
void widen_bf16(const std::byte* __restrict from, float* __restrict to, size_t count) {
  for (size_t i = 0; i < count; ++i) to[i] = bfloat16_to_float(bits_at(from, i));
}

void widen_8_bit(const std::byte* __restrict from, float* __restrict to, size_t count, const Float8Table& table) {
  for (size_t i = 0; i < count; ++i) to[i] = table[static_cast<uint8_t>(from[i])];
}

// Rounded as torch's .float() does, to the nearest, ties to even.
bool narrow_f64(const std::byte* from, std::span<float> to) {
  bool is_within = true;
  for (size_t i = 0; i < to.size(); ++i) {
    double number = 0;
    std::memcpy(&number, from + i * sizeof(number), sizeof(number));
    to[i] = static_cast<float>(number);
    is_within = is_within && !(std::isinf(to[i]) && std::isfinite(number));
  }
  return is_within;
}

}  // namespace

bool widens_to_f32(DType dtype) {
  switch (dtype) {
    case DType::f64:
    case DType::f32:
    case DType::f16:
    case DType::bf16:
    case DType::f8_e4m3:
    case DType::f8_e5m2:
      return true;
    default:
      return is_quantised(dtype);
  }
}

bool widen_to_f32(DType dtype, std::span<const std::byte> from, std::span<float> to) {
  if (!widens_to_f32(dtype)) {
    throw Error(Code::tensor_wrong_dtype, "elements of type " + std::string(dtype_name(dtype)) +
                                              " cannot be read as F32; these can: " + std::string(kWidenedTypes));
  }
  if (static_cast<uint64_t>(stored_bytes(dtype, static_cast<int64_t>(to.size()))) != from.size()) {
    throw Error(Code::bad_size, std::to_string(from.size()) + " bytes of " + std::string(dtype_name(dtype)) +
                                    " do not hold " + std::to_string(to.size()) + " elements");
  }
  if (to.empty()) return true;
  switch (dtype) {
    case DType::f64:
      return narrow_f64(from.data(), to);
    case DType::f32:
      std::memcpy(to.data(), from.data(), from.size());
      break;
    case DType::f16:
      widen_f16(from.data(), to.data(), to.size());
      break;
    case DType::bf16:
      widen_bf16(from.data(), to.data(), to.size());
      break;
    case DType::f8_e4m3:
      widen_8_bit(from.data(), to.data(), to.size(), kFloat8E4M3);
      break;
    case DType::f8_e5m2:
      widen_8_bit(from.data(), to.data(), to.size(), kFloat8E5M2);
      break;
    default:
      dequantise(dtype, from, to);
  }
  return true;
}

}  // namespace redraw
