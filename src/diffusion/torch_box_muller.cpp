#include "diffusion/torch_box_muller.h"

#include <cstdint>
#include <numbers>

namespace redraw {
namespace {

// Logarithm, sine and cosine are those of the Cephes library (Moshier 1989, logf.c and sinf.c) as torch evaluates them.
// Which products its compiler fused with a sum decides the last bit. That was found by trying the choices against 2^18
// numbers of torch 2.13: with the ones below all are equal, with any other some are not.
//
// Written to be compiled twice, with and without the processor's instruction for them. So fma, square root and bit cast
// have the compiler's own names: those are never functions that the linker could merge. There are no branches, so all
// eight pairs go through at once.

constexpr int kPairs = kBoxMullerBlock / 2;

[[gnu::always_inline]] inline uint32_t bits_of(float x) {
  return __builtin_bit_cast(uint32_t, x);
}
[[gnu::always_inline]] inline float float_of(uint32_t bits) {
  return __builtin_bit_cast(float, bits);
}

// x in [2^-24, 1].
[[gnu::always_inline]] inline float logarithm(float x) {
  constexpr float kLn2High = 0.693359375f;
  constexpr float kLn2Low = -2.12194440e-4f;
  const float mantissa = float_of((bits_of(x) & 0x7FFFFFu) | 0x3F000000u);  // in [0.5, 1)
  const int exponent = static_cast<int>(bits_of(x) >> 23) - 126;
  const bool is_low = mantissa < std::numbers::sqrt2_v<float> / 2;
  const float e = static_cast<float>(is_low ? exponent - 1 : exponent);
  const float f = mantissa - 1.0f + (is_low ? mantissa : 0.0f);  // in [sqrt(1/2) - 1, sqrt(2) - 1]
  const float square = f * f;
  float y = __builtin_fmaf(7.0376836292E-2f, f, -1.1514610310E-1f);
  y = __builtin_fmaf(y, f, 1.1676998740E-1f);
  y = __builtin_fmaf(y, f, -1.2420140846E-1f);
  y = __builtin_fmaf(y, f, 1.4249322787E-1f);
  y = __builtin_fmaf(y, f, -1.6668057665E-1f);
  y = __builtin_fmaf(y, f, 2.0000714765E-1f);
  y = __builtin_fmaf(y, f, -2.4999993993E-1f);
  y = __builtin_fmaf(y, f, 3.3333331174E-1f);
  y = __builtin_fmaf(y * f, square, e * kLn2Low);
  y = __builtin_fmaf(square, -0.5f, y);
  return __builtin_fmaf(e, kLn2High, f + y);
}

// angle in [0, 2 pi].
[[gnu::always_inline]] inline void sine_and_cosine(float angle, float& sine, float& cosine) {
  const int eighths = (static_cast<int>(angle * (4.0f / std::numbers::pi_v<float>)) + 1) & ~1;  // even: quarter turns
  // pi / 4 in three parts: angle - eighths * pi / 4 loses nothing.
  float x = __builtin_fmaf(static_cast<float>(eighths), -0.78515625f, angle);
  x = __builtin_fmaf(static_cast<float>(eighths), -2.4187564849853515625e-4f, x);
  x = __builtin_fmaf(static_cast<float>(eighths), -3.77489497744594108e-8f, x);
  const float square = x * x;

  float c = __builtin_fmaf(2.443315711809948E-5f, square, -1.388731625493765E-3f);
  c = __builtin_fmaf(c, square, 4.166664568298827E-2f);
  c = __builtin_fmaf(c * square, square, -0.5f * square) + 1.0f;
  float s = __builtin_fmaf(-1.9515295891E-4f, square, 8.3321608736E-3f);
  s = __builtin_fmaf(s, square, -1.6666654611E-1f);
  s = __builtin_fmaf(s * square, x, x);

  // After an odd number of quarter turns the two change places; signs as of the half turn.
  const bool is_odd = (eighths & 2) != 0;
  const uint32_t sine_sign = static_cast<uint32_t>(eighths & 4) << 29;
  const uint32_t cosine_sign = static_cast<uint32_t>((eighths + 2) & 4) << 29;
  sine = float_of(bits_of(is_odd ? c : s) ^ sine_sign);
  cosine = float_of(bits_of(is_odd ? s : c) ^ cosine_sign);
}

[[gnu::always_inline]] inline void transform(float* block) {
  for (int i = 0; i < kPairs; ++i) {
    // 1 - u is in (0, 1]: no log of zero.
    const float radius = __builtin_sqrtf(-2.0f * logarithm(1.0f - block[i]));
    float sine, cosine;
    sine_and_cosine(2.0f * std::numbers::pi_v<float> * block[i + kPairs], sine, cosine);
    block[i] = radius * cosine;
    block[i + kPairs] = radius * sine;
  }
}

#ifdef __x86_64__
// Without this, every fused multiply-add is a call of the C library's: the same numbers, in many times the time.
[[gnu::target("avx2,fma")]] void transform_with_fma(float* block) {
  transform(block);
}
#endif

}  // namespace

void box_muller_portable(std::span<float, kBoxMullerBlock> block) {
  transform(block.data());
}

void box_muller(std::span<float, kBoxMullerBlock> block) {
#ifdef __x86_64__
  if (__builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2")) return transform_with_fma(block.data());
#endif
  box_muller_portable(block);
}

}  // namespace redraw
