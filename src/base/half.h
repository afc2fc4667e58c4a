// float16 and bfloat16 to float32 and back, bit by bit.
#pragma once

#include <bit>
#include <cstdint>

namespace redraw {

/// IEEE 754 binary16 -> binary32; exact, subnormals, infinities and NaN included. Written without branches on the
/// common path so that compilers vectorise loops over it.
constexpr float half_to_float(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t magnitude = half & 0x7FFFu;
  // The exponent moves from bias 15 to bias 127 by a multiplication, which also normalises subnormals.
  const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
  const uint32_t infinite_or_nan = magnitude >= 0x7C00u ? 0x7F800000u : 0u;
  return std::bit_cast<float>(std::bit_cast<uint32_t>(scaled) | infinite_or_nan | sign);
}

/// bfloat16 is the upper half of a binary32.
constexpr float bfloat16_to_float(uint16_t value) {
  return std::bit_cast<float>(static_cast<uint32_t>(value) << 16);
}

/// binary32 -> IEEE 754 binary16, to the nearest, ties to even; too large becomes infinite, NaN stays NaN.
inline uint16_t float_to_half(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = bits >> 16 & 0x8000u;
  const uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) return static_cast<uint16_t>(sign | 0x7E00u);
  if (magnitude >= 0x47800000u) return static_cast<uint16_t>(sign | 0x7C00u);  // 2^16 and beyond
  if (magnitude < 0x38800000u) {
    // Below the smallest normal number, 2^-14: adding 2^-1 rounds at the place where binary16's subnormals end.
    const float rounded = std::bit_cast<float>(magnitude) + 0.5f;
    return static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(rounded) - 0x3F000000u));
  }
  const uint32_t odd = magnitude >> 13 & 1u;
  return static_cast<uint16_t>(sign | ((magnitude - 0x38000000u + 0xFFFu + odd) >> 13));
}

/// binary32 -> bfloat16, to the nearest, ties to even; NaN stays NaN.
inline uint16_t float_to_bfloat16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return static_cast<uint16_t>(bits >> 16 | 0x40u);
  return static_cast<uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

}  // namespace redraw
