// Vectors of floats for the kernels, as wide as the instruction set that this file is compiled for.
//
// Everything here is `static inline`, so each compilation of a kernel file has its own copies. Code for a newer
// processor can never end up in the table for an older one.
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

/// The lanes at this distance (a power of two) exchanged: lane i goes to i ^ kDistance.
template <int kDistance>
static inline Vec exchange(Vec v) {
  constexpr int d = kDistance;
#if defined(__AVX512F__)
  return __builtin_shufflevector(v, v, 0 ^ d, 1 ^ d, 2 ^ d, 3 ^ d, 4 ^ d, 5 ^ d, 6 ^ d, 7 ^ d, 8 ^ d, 9 ^ d, 10 ^ d,
                                 11 ^ d, 12 ^ d, 13 ^ d, 14 ^ d, 15 ^ d);
#elif defined(__AVX2__)
  return __builtin_shufflevector(v, v, 0 ^ d, 1 ^ d, 2 ^ d, 3 ^ d, 4 ^ d, 5 ^ d, 6 ^ d, 7 ^ d);
#else
  return __builtin_shufflevector(v, v, 0 ^ d, 1 ^ d, 2 ^ d, 3 ^ d);
#endif
}

static inline float horizontal_max(Vec v) {
  if constexpr (kLanes > 8) v = max(v, exchange<8>(v));
  if constexpr (kLanes > 4) v = max(v, exchange<4>(v));
  v = max(v, exchange<2>(v));
  return max(v, exchange<1>(v))[0];
}

static inline float horizontal_sum(Vec v) {
  if constexpr (kLanes > 8) v += exchange<8>(v);
  if constexpr (kLanes > 4) v += exchange<4>(v);
  v += exchange<2>(v);
  return (v + exchange<1>(v))[0];
}

static inline double horizontal_sum(DoubleVec v) {
  double result = 0;
  for (int i = 0; i < kLanes; ++i) result += v[i];
  return result;
}

/// e^x: 2^n times the Taylor series of e^r to r^7, x = n ln 2 + r, |r| <= ln 2 / 2. The first omitted term is 5e-9 of
/// the result. 0 below -87, where the result would be subnormal; infinity above 88.7; NaN stays NaN.
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

/// 2^x for x <= 0: 2^n p(r), x = n + r, |r| <= 1/2. p is the polynomial of degree 6 with p(0) = 1 that is closest to
/// 2^r: 2e-9 of it in exact arithmetic, 9.5e-8 in float32. Below -126 the result is that of -126, which is nothing
/// beside 1. NaN stays NaN.
static inline Vec exp2_below_one(Vec x) {
  constexpr float kRound = 12582912.0f;  // as in exp
  x = max(broadcast(-126.0f), x);        // the second if they do not compare
  const Vec rounded = x + kRound;
  const Vec r = x - (rounded - kRound);
  Vec p = r * 0.00015353362f + 0.00133988739f;
  p = p * r + 0.00961843692f;
  p = p * r + 0.0555033237f;
  p = p * r + 0.240226477f;
  p = p * r + 0.693147182f;
  p = p * r + 1.0f;
  // The low bits of `rounded` are n. Shifted, they are n in the exponent's place.
  IntVec bits, exponent;
  __builtin_memcpy(&bits, &p, sizeof(bits));
  __builtin_memcpy(&exponent, &rounded, sizeof(exponent));
  bits += exponent << 23;
  __builtin_memcpy(&p, &bits, sizeof(p));
  return p;
}

/// The error function: 1 - t P(t) e^(-x^2) with t = 1 / (1 + 0.4 |x|). P has degree 6, fitted by weighted least squares
/// on Chebyshev nodes over |x| <= 6. It is 9e-9 from the true value in exact arithmetic.
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

/// In this order NaN is not hidden.
static inline Vec relu(Vec x) {
  const Vec zero = {};
  return x < 0.0f ? zero : x;
}

}  // namespace redraw::cpu
