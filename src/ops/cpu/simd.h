// Vectors of floats for the kernels, as wide as the instruction set that this file is compiled for.
//
// Everything here is `static inline`: each compilation of a kernel file has its own copies, so code for a newer
// processor can never end up in the tables for an older one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace redraw::cpu {

#if defined(__AVX512F__)
inline constexpr int kLanes = 16;
inline constexpr int kAccumulators = 24;  // of 32 registers
#elif defined(__AVX2__)
inline constexpr int kLanes = 8;
inline constexpr int kAccumulators = 12;  // of 16 registers
#else
inline constexpr int kLanes = 4;
inline constexpr int kAccumulators = 12;
#endif

typedef float Vec __attribute__((vector_size(kLanes * 4)));
typedef int32_t IntVec __attribute__((vector_size(kLanes * 4)));
typedef double DoubleVec __attribute__((vector_size(kLanes * 8)));

static inline Vec load(const float* from) {
  Vec v;
  __builtin_memcpy(&v, from, sizeof(v));
  return v;
}

static inline void store(float* to, Vec v) {
  __builtin_memcpy(to, &v, sizeof(v));
}

/// The first `count` (< kLanes) floats, zeros after them.
static inline Vec load_part(const float* from, int64_t count) {
  Vec v = {};
  __builtin_memcpy(&v, from, static_cast<size_t>(count) * sizeof(float));
  return v;
}

static inline void store_part(float* to, Vec v, int64_t count) {
  __builtin_memcpy(to, &v, static_cast<size_t>(count) * sizeof(float));
}

static inline Vec broadcast(float x) {
  return Vec{} + x;
}

static inline Vec max(Vec a, Vec b) {
  return a > b ? a : b;
}

static inline float horizontal_max(Vec v) {
  float result = v[0];
  for (int i = 1; i < kLanes; ++i) result = v[i] > result ? v[i] : result;
  return result;
}

static inline float horizontal_sum(Vec v) {
  double result = 0;
  for (int i = 0; i < kLanes; ++i) result += static_cast<double>(v[i]);
  return static_cast<float>(result);
}

static inline double horizontal_sum(DoubleVec v) {
  double result = 0;
  for (int i = 0; i < kLanes; ++i) result += v[i];
  return result;
}

/// e^x: 2^n times the Taylor series of e^r to r^7, x = n ln 2 + r, |r| <= ln 2 / 2, where the first term left out is
/// 5e-9 of the result. 0 below -87, where the result would be subnormal; infinity above 88.7; NaN stays NaN.
static inline Vec exp(Vec x) {
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it leaves a whole number in the low bits
  const Vec n = (x * 1.44269504088896341f + kRound) - kRound;
  // ln 2 in two parts, the first with few bits, so that n times it is exact (Cody and Waite 1980).
  const Vec r = (x - n * 0.693359375f) + n * 2.12194440054690583e-4f;
  Vec sum = r * (1.0f / 5040) + 1.0f / 720;
  sum = sum * r + 1.0f / 120;
  sum = sum * r + 1.0f / 24;
  sum = sum * r + 1.0f / 6;
  sum = sum * r + 0.5f;
  sum = sum * r + 1.0f;
  sum = sum * r + 1.0f;
  const Vec bounded = n > 127.0f ? broadcast(127.0f) : (n < -126.0f ? broadcast(-126.0f) : n);
  const IntVec exponent = (__builtin_convertvector(bounded, IntVec) + 127) << 23;
  Vec scale;
  __builtin_memcpy(&scale, &exponent, sizeof(scale));
  Vec result = sum * scale * (n > 127.0f ? broadcast(2.0f) : broadcast(1.0f));
  result = x < -87.0f ? Vec{} : result;
  return x > 88.72f ? broadcast(__builtin_inff()) : result;
}

/// The error function: 1 - t P(t) e^(-x^2) with t = 1 / (1 + 0.4 |x|), P of degree 6 fitted by weighted least squares
/// on Chebyshev nodes over |x| <= 6; 9e-9 from the true value in exact arithmetic.
static inline Vec erf(Vec x) {
  const Vec magnitude = x < 0.0f ? -x : x;
  const Vec t = 1.0f / (1.0f + 0.4f * magnitude);
  Vec p = t * 0.02916076828608785f - 0.3443353598872127f;
  p = p * t + 1.0041060648548261f;
  p = p * t - 0.6911048565121584f;
  p = p * t + 0.6626228009932977f;
  p = p * t + 0.0993024614816197f;
  p = p * t + 0.24024811197954257f;
  const Vec y = 1.0f - t * p * exp(-magnitude * magnitude);
  return x < 0.0f ? -y : y;
}

static inline Vec sigmoid(Vec x) {
  return 1.0f / (1.0f + exp(-x));
}

static inline Vec silu(Vec x) {
  return x * sigmoid(x);
}

static inline Vec gelu(Vec x) {
  return 0.5f * x * (1.0f + erf(x * 0.70710678118654752f));
}

/// Hendrycks and Gimpel 2016: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) = x sigmoid(2 sqrt(2/pi) (...)).
static inline Vec gelu_tanh(Vec x) {
  return x * sigmoid(1.59576912160573071f * (x + 0.044715f * x * x * x));
}

static inline Vec quick_gelu(Vec x) {
  return x * sigmoid(1.702f * x);
}

}  // namespace redraw::cpu
