// float16 and bfloat16 to float32, bit by bit.
#pragma once

#include <bit>
#include <cstdint>

namespace redraw {

/// IEEE 754 binary16 -> binary32; exact, subnormals, infinities and NaN included. Written without branches on the
/// common path so that compilers vectorise loops over it.
inline float half_to_float(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t magnitude = half & 0x7FFFu;
  // The exponent moves from bias 15 to bias 127 by a multiplication, which also normalises subnormals.
  const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
  const uint32_t infinite_or_nan = magnitude >= 0x7C00u ? 0x7F800000u : 0u;
  return std::bit_cast<float>(std::bit_cast<uint32_t>(scaled) | infinite_or_nan | sign);
}

/// bfloat16 is the upper half of a binary32.
inline float bfloat16_to_float(uint16_t value) {
  return std::bit_cast<float>(static_cast<uint32_t>(value) << 16);
}

}  // namespace redraw
