// Group and layer normalisation. Sums run in double: in float the variance of a map with a large mean would lose its
// leading digits. Double costs little, because these kernels wait for memory, not for arithmetic.
#include "ops/cpu/isa.h"
#include "ops/cpu/simd.h"

namespace redraw::cpu::REDRAW_ISA {
namespace {

// Positions are summed in fixed pieces, so that the result does not depend on the number of threads.
constexpr int64_t kMaxPieces = 64;
constexpr int64_t kMinPiecePositions = 64;

struct Pieces {
  int64_t count, positions;
};

// The rows of one piece of one picture.
struct Rows {
  int64_t picture, first, count;
};

Rows rows_of(int64_t unit, const Pieces& pieces, int64_t positions) {
  const int64_t first = unit % pieces.count * pieces.positions;
  const int64_t left = positions - first;
  return {unit / pieces.count, first, left < 0 ? 0 : (left < pieces.positions ? left : pieces.positions)};
}

Pieces split(int64_t positions) {
  int64_t count = (positions + kMinPiecePositions - 1) / kMinPiecePositions;
  count = count > kMaxPieces ? kMaxPieces : (count < 1 ? 1 : count);
  return {count, (positions + count - 1) / count};
}

// sums[0..channels) += x, sums[channels..2 channels) += x^2 over `positions` rows.
void sum_rows(const float* x, int64_t positions, int64_t channels, double* sums) {
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) {
    DoubleVec sum = {}, squares = {};
    for (int64_t p = 0; p < positions; ++p) {
      const DoubleVec v = __builtin_convertvector(load(x + p * channels + c), DoubleVec);
      sum += v;
      squares += v * v;
    }
    __builtin_memcpy(sums + c, &sum, sizeof(sum));
    __builtin_memcpy(sums + channels + c, &squares, sizeof(squares));
  }
  for (; c < channels; ++c) {
    double sum = 0, squares = 0;
    for (int64_t p = 0; p < positions; ++p) {
      const double v = static_cast<double>(x[p * channels + c]);
      sum += v;
      squares += v * v;
    }
    sums[c] = sum;
    sums[channels + c] = squares;
  }
}

// From the sums of one picture to y = x * scale + offset for each channel.
void fold(const GroupNormCall& call, int64_t n, int64_t pieces, const double* sums, float* scale, float* offset) {
  const int64_t width = call.channels / call.groups;
  const float* shift = call.shift != nullptr ? call.shift + n * call.shift_stride : nullptr;
  const double count = static_cast<double>(call.positions * width);
  for (int64_t g = 0; g < call.groups; ++g) {
    double sum = 0, squares = 0;
    for (int64_t c = g * width; c < (g + 1) * width; ++c) {
      double channel_sum = 0, channel_squares = 0;
      for (int64_t piece = 0; piece < pieces; ++piece) {
        channel_sum += sums[piece * 2 * call.channels + c];
        channel_squares += sums[piece * 2 * call.channels + call.channels + c];
      }
      // The shift moves every value of the channel by s: sum + P s, squares + 2 s sum + P s^2.
      const double s = shift != nullptr ? static_cast<double>(shift[c]) : 0.0;
      const double positions = static_cast<double>(call.positions);
      sum += channel_sum + positions * s;
      squares += channel_squares + 2 * s * channel_sum + positions * s * s;
    }
    const double mean = sum / count;
    const double variance = squares / count - mean * mean;
    const double inverse = 1.0 / __builtin_sqrt((variance > 0 ? variance : 0) + static_cast<double>(call.epsilon));
    for (int64_t c = g * width; c < (g + 1) * width; ++c) {
      const double s = shift != nullptr ? static_cast<double>(shift[c]) : 0.0;
      const double factor = inverse * static_cast<double>(call.weight[c]);
      scale[c] = static_cast<float>(factor);
      offset[c] = static_cast<float>(static_cast<double>(call.bias[c]) + (s - mean) * factor);
    }
  }
}

template <typename Function>
void apply(const float* x, int64_t positions, int64_t channels, const float* scale, const float* offset, float* out,
           Function function) {
  for (int64_t p = 0; p < positions; ++p) {
    const float* from = x + p * channels;
    float* to = out + p * channels;
    int64_t c = 0;
    for (; c + kLanes <= channels; c += kLanes) {
      store(to + c, function(load(from + c) * load(scale + c) + load(offset + c)));
    }
    if (c < channels) {
      const int64_t rest = channels - c;
      const Vec y = load_part(from + c, rest) * load_part(scale + c, rest) + load_part(offset + c, rest);
      store_part(to + c, function(y), rest);
    }
  }
}

void apply(Activation activation, const float* x, int64_t positions, int64_t channels, const float* scale,
           const float* offset, float* out) {
  switch (activation) {
    case Activation::none:
      return apply(x, positions, channels, scale, offset, out, [](Vec v) { return v; });
    case Activation::silu:
      return apply(x, positions, channels, scale, offset, out, [](Vec v) { return silu(v); });
    case Activation::gelu:
      return apply(x, positions, channels, scale, offset, out, [](Vec v) { return gelu(v); });
    case Activation::gelu_tanh:
      return apply(x, positions, channels, scale, offset, out, [](Vec v) { return gelu_tanh(v); });
    case Activation::quick_gelu:
      return apply(x, positions, channels, scale, offset, out, [](Vec v) { return quick_gelu(v); });
    case Activation::relu:
      return apply(x, positions, channels, scale, offset, out, [](Vec v) { return relu(v); });
  }
}

}  // namespace

int64_t group_norm_scratch_floats(int64_t batch, int64_t positions, int64_t channels) {
  return batch * channels * (4 * split(positions).count + 2);  // two doubles a piece, then scale and offset
}

void group_norm(const GroupNormCall& call) {
  const Pieces pieces = split(call.positions);
  double* sums = reinterpret_cast<double*>(call.scratch);
  float* scale = call.scratch + call.batch * call.channels * 4 * pieces.count;
  float* offset = scale + call.batch * call.channels;
  const int64_t map = call.positions * call.channels;
  const int64_t units = call.batch * pieces.count;
#pragma omp parallel
  {
#pragma omp for schedule(static)
    for (int64_t unit = 0; unit < units; ++unit) {
      const Rows rows = rows_of(unit, pieces, call.positions);
      sum_rows(call.x + rows.picture * map + rows.first * call.channels, rows.count, call.channels,
               sums + unit * 2 * call.channels);
    }
#pragma omp for schedule(static)
    for (int64_t n = 0; n < call.batch; ++n) {
      fold(call, n, pieces.count, sums + n * pieces.count * 2 * call.channels, scale + n * call.channels,
           offset + n * call.channels);
    }
#pragma omp for schedule(static)
    for (int64_t unit = 0; unit < units; ++unit) {
      const Rows rows = rows_of(unit, pieces, call.positions);
      const int64_t at = rows.picture * map + rows.first * call.channels;
      apply(call.activation, call.x + at, rows.count, call.channels, scale + rows.picture * call.channels,
            offset + rows.picture * call.channels, call.out + at);
    }
  }
}

void layer_norm(const float* x, const float* weight, const float* bias, int64_t rows, int64_t channels, float epsilon,
                float* out) {
#pragma omp parallel for schedule(static)
  for (int64_t row = 0; row < rows; ++row) {
    const float* from = x + row * channels;
    float* to = out + row * channels;
    DoubleVec sums = {}, squares = {};
    int64_t c = 0;
    for (; c + kLanes <= channels; c += kLanes) {
      const DoubleVec v = __builtin_convertvector(load(from + c), DoubleVec);
      sums += v;
      squares += v * v;
    }
    double sum = horizontal_sum(sums), square = horizontal_sum(squares);
    for (; c < channels; ++c) {
      const double v = static_cast<double>(from[c]);
      sum += v;
      square += v * v;
    }
    const double mean = sum / static_cast<double>(channels);
    const double variance = square / static_cast<double>(channels) - mean * mean;
    const double inverse = 1.0 / __builtin_sqrt((variance > 0 ? variance : 0) + static_cast<double>(epsilon));
    const float centre = static_cast<float>(mean);
    const float factor = static_cast<float>(inverse);
    c = 0;
    for (; c + kLanes <= channels; c += kLanes) {
      store(to + c, (load(from + c) - centre) * factor * load(weight + c) + load(bias + c));
    }
    for (; c < channels; ++c) to[c] = (from[c] - centre) * factor * weight[c] + bias[c];
  }
}

}  // namespace redraw::cpu::REDRAW_ISA
