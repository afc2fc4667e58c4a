// What products with packed weights share: a panel of output channels, and sums in registers.
//
// `static inline` as in simd.h: each compilation has its own copies.
#pragma once

#if defined(__F16C__) || defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "ops/cpu/kernels.h"
#include "ops/cpu/simd.h"

namespace redraw::cpu {

inline constexpr int kPanelVectors = 2;
inline constexpr int64_t kPanel = kPanelVectors * kLanes;
inline constexpr int kPanelRows = 6;  // the most pixels or tokens in registers
static_assert(kPanelRows * kPanelVectors <= kAccumulators);

static inline int64_t divide_up(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

/// The `part`-th of `parts` nearly equal parts of `count` begins here.
static inline int64_t part_begin(int64_t part, int64_t parts, int64_t count) {
  return part * count / parts;
}

/// Vectors in the panel that begins at this output channel: the last may be one wide.
static inline int64_t vectors_from(int64_t channel, int64_t out_channels) {
  return out_channels - channel <= kLanes ? 1 : kPanelVectors;
}

static inline Vec widen_f16(const uint16_t* from) {
#if defined(__AVX512F__)
  // With a mask of all lanes, because GCC 12 warns about its own header with the plain form.
  return _mm512_maskz_cvtph_ps(0xFFFF, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
#elif defined(__F16C__)
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
#else
  IntVec half;
  for (int i = 0; i < kLanes; ++i) half[i] = from[i];
  // As half_to_float (base/half.h): a multiplication moves the exponent, which also normalises subnormals.
  const IntVec magnitude = half & 0x7FFF;
  IntVec bits = magnitude << 13;
  Vec scaled;
  __builtin_memcpy(&scaled, &bits, sizeof(bits));
  scaled *= 0x1p112f;
  __builtin_memcpy(&bits, &scaled, sizeof(bits));
  bits |= (magnitude >= 0x7C00) & 0x7F800000;
  bits |= (half & 0x8000) << 16;
  __builtin_memcpy(&scaled, &bits, sizeof(bits));
  return scaled;
#endif
}

static inline Vec widen_bf16(const uint16_t* from) {
  IntVec bits;
  for (int i = 0; i < kLanes; ++i) bits[i] = from[i];
  bits <<= 16;
  Vec v;
  __builtin_memcpy(&v, &bits, sizeof(bits));
  return v;
}

/// `count` weights, a multiple of kLanes, from number `first` on. float32 weights are used in place, others are widened
/// into `room`.
static inline const float* widened(const WeightPanels& weights, int64_t first, int64_t count, float* room) {
  if (weights.type == WeightType::f32) return static_cast<const float*>(weights.numbers) + first;
  const uint16_t* from = static_cast<const uint16_t*>(weights.numbers) + first;
  if (weights.type == WeightType::f16) {
    for (int64_t i = 0; i < count; i += kLanes) store(room + i, widen_f16(from + i));
  } else {
    for (int64_t i = 0; i < count; i += kLanes) store(room + i, widen_bf16(from + i));
  }
  return room;
}

/// Sums of kRows rows and kWidth vectors of output channels. A plain array in the caller, because GCC 12 keeps a class
/// member in memory.
template <int kRows, int kWidth>
using PanelSums = Vec[kRows][kWidth];

template <int kRows, int kWidth>
__attribute__((always_inline)) static inline void clear(PanelSums<kRows, kWidth>& sum) {
  for (int r = 0; r < kRows; ++r) {
    for (int j = 0; j < kWidth; ++j) sum[r][j] = Vec{};  // `= {}` would also clear an array in memory
  }
}

/// sum += x [kRows, depth], with rows `step` floats apart, times w [depth, kWidth vectors].
template <int kRows, int kWidth>
__attribute__((always_inline)) static inline void add_products(const float* x, int64_t step, int64_t depth,
                                                               const float* w, PanelSums<kRows, kWidth>& sum) {
#pragma GCC unroll 4
  for (int64_t c = 0; c < depth; ++c, w += kWidth * kLanes) {
    Vec line[kWidth];
    for (int j = 0; j < kWidth; ++j) line[j] = load(w + j * kLanes);
    for (int r = 0; r < kRows; ++r) {
      const float factor = x[r * step + c];
      for (int j = 0; j < kWidth; ++j) sum[r][j] += factor * line[j];
    }
  }
}

/// tile [kRows, kWidth vectors] += sum.
template <int kRows, int kWidth>
__attribute__((always_inline)) static inline void add_to(float* tile, const PanelSums<kRows, kWidth>& sum) {
  for (int r = 0; r < kRows; ++r) {
    for (int j = 0; j < kWidth; ++j) {
      float* to = tile + (r * kWidth + j) * kLanes;
      store(to, load(to) + sum[r][j]);
    }
  }
}

/// Writes the sums of `count` output channels, or of the first kLanes of them.
static inline void write_sums(Vec sum, const float* bias, bool accumulate, int64_t count, float* out) {
  if (count >= kLanes) {
    if (bias != nullptr) sum += load(bias);
    store(out, accumulate ? sum + load(out) : sum);
  } else {
    if (bias != nullptr) sum += load_part(bias, count);
    store_part(out, accumulate ? sum + load_part(out, count) : sum, count);
  }
}

}  // namespace redraw::cpu
