// Activations, GEGLU and softmax.
#include "ops/cpu/isa.h"
#include "ops/cpu/simd.h"

namespace redraw::cpu::REDRAW_ISA {
namespace {

constexpr int64_t kChunk = 4096;  // floats that a thread takes at a time: a multiple of every vector width

template <typename Function>
void map(const float* x, int64_t count, float* out, Function function) {
#pragma omp parallel for schedule(static)
  for (int64_t begin = 0; begin < count; begin += kChunk) {
    const int64_t end = begin + kChunk < count ? begin + kChunk : count;
    int64_t i = begin;
    for (; i + kLanes <= end; i += kLanes) store(out + i, function(load(x + i)));
    if (i < end) store_part(out + i, function(load_part(x + i, end - i)), end - i);
  }
}

}  // namespace

void activate(const float* x, int64_t count, Activation activation, float* out) {
  switch (activation) {
    case Activation::none:
      return map(x, count, out, [](Vec v) { return v; });
    case Activation::silu:
      return map(x, count, out, [](Vec v) { return silu(v); });
    case Activation::gelu:
      return map(x, count, out, [](Vec v) { return gelu(v); });
    case Activation::gelu_tanh:
      return map(x, count, out, [](Vec v) { return gelu_tanh(v); });
    case Activation::quick_gelu:
      return map(x, count, out, [](Vec v) { return quick_gelu(v); });
    case Activation::relu:
      return map(x, count, out, [](Vec v) { return relu(v); });
  }
}

void geglu(const float* x, int64_t rows, int64_t width, float* out) {
#pragma omp parallel for schedule(static)
  for (int64_t row = 0; row < rows; ++row) {
    const float* value = x + row * 2 * width;
    const float* gate = value + width;
    float* to = out + row * width;
    int64_t i = 0;
    for (; i + kLanes <= width; i += kLanes) store(to + i, load(value + i) * gelu(load(gate + i)));
    if (i < width) {
      store_part(to + i, load_part(value + i, width - i) * gelu(load_part(gate + i, width - i)), width - i);
    }
  }
}

void softmax(const float* x, int64_t rows, int64_t width, float* out) {
#pragma omp parallel for schedule(static)
  for (int64_t row = 0; row < rows; ++row) {
    const float* from = x + row * width;
    float* to = out + row * width;
    float largest = from[0];
    for (int64_t i = 1; i < width; ++i) largest = from[i] > largest ? from[i] : largest;
    DoubleVec sum = {};
    int64_t i = 0;
    for (; i + kLanes <= width; i += kLanes) {
      const Vec e = exp(load(from + i) - largest);
      sum += __builtin_convertvector(e, DoubleVec);
      store(to + i, e);
    }
    double total = horizontal_sum(sum);
    if (i < width) {
      const Vec e = exp(load_part(from + i, width - i) - largest);
      store_part(to + i, e, width - i);
      for (int64_t j = i; j < width; ++j) total += static_cast<double>(to[j]);
    }
    const float scale = static_cast<float>(1.0 / total);
    for (int64_t j = 0; j < width; ++j) to[j] *= scale;
  }
}

}  // namespace redraw::cpu::REDRAW_ISA
