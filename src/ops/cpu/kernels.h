// Our own CPU kernels, in one table for each instruction set they are compiled for.
#pragma once

#include <cstdint>

#include "ops/activation_kind.h"

namespace redraw::cpu {

struct GroupNormCall {
  const float* x;  ///< [batch, positions, channels]
  const float* shift;
  int64_t shift_stride;  ///< floats from one picture's shift to the next; 0 if they share one
  const float* weight;
  const float* bias;
  int64_t batch, positions, channels, groups;
  float epsilon;
  Activation activation;
  float* scratch;  ///< group_norm_scratch_floats
  float* out;
};

struct AttentionShape {
  int64_t batch, queries, keys, heads, width;
  float scale;
  bool is_causal;
};

/// The channels of a block, for maps that oneDNN takes in blocks.
inline constexpr int64_t kChannelBlock = 16;

/// Two layouts of the same numbers. One is rows first .. first + rows - 1 of every picture of a channels-last map
/// [batch, height, width, channels]. The other has the channels in blocks: [batch, channels / kChannelBlock, rows,
/// width, kChannelBlock].
struct BlockedRows {
  int64_t batch, height, width, channels;
  int64_t first, rows;
};

/// How many input channels our own convolutions sum separately: a cache line of floats.
inline constexpr int64_t kConvSlice = 16;

/// The precision of packed weights, which is that of the model's file. Narrow numbers are widened when they are used, a
/// slice at a time. Widening is exact.
enum class WeightType { f32, f16, bf16 };

constexpr int64_t bytes_of(WeightType type) {
  return type == WeightType::f32 ? 4 : 2;
}

/// The largest convolution kernel that takes narrow weights.
inline constexpr int64_t kMostNarrowKernel = 7;

/// The weights of some output channels as PyTorch stores them, [channels, in_channels, kernel, kernel]. kernel is 1 for
/// a linear layer.
struct WeightRows {
  const void* numbers;
  WeightType type;
  int64_t channels, in_channels, kernel;
};

/// Weights for our own convolutions and linear layers, in panels of panel_channels() output channels. The last panel
/// may have fewer; it is one or two vectors wide. Each panel is [slice][ky][kx][kConvSlice][channels of the panel],
/// with zeros where there is no channel.
struct WeightPanels {
  const void* numbers;
  WeightType type;
};

struct LinearCall {
  int64_t rows, in_features, out_features;
};

/// A band of output rows of a convolution by our own kernels.
struct ConvCall {
  int64_t batch, height, width, in_channels;    ///< of the channels-last input
  int64_t out_height, out_width, out_channels;  ///< of the channels-last output
  int64_t kernel, stride;
  int64_t first, rows;                    ///< of the output: the band
  int64_t first_source_row, source_rows;  ///< of the input, padding included: may begin before row 0
  int64_t pad_left, source_width;         ///< columns of zeros before the input's first; with all padding
};

/// How a long kernel learns that its run was cancelled. It asks between the pieces of its work, and leaves the rest
/// undone. The caller asks again afterwards, so nobody uses a half-done result.
struct Interrupt {
  bool (*is_cancelled)(const void* context);
  const void* context;
};

/// Plain pointers only. These functions are compiled several times, with different instruction sets. They must not use
/// an inline function or a template: the linker could take those from one of the other compilations.
struct Kernels {
  const char* name;  ///< "avx512", "avx2" or "generic"
  /// Whether to use convolve and linear. Otherwise oneDNN's are used, so that the two can be compared.
  bool own_products;
  void (*geglu)(const float* x, int64_t rows, int64_t width, float* out);
  int64_t (*group_norm_scratch_floats)(int64_t batch, int64_t positions, int64_t channels);
  void (*group_norm)(const GroupNormCall& call);
  void (*layer_norm)(const float* x, const float* weight, const float* bias, int64_t rows, int64_t channels,
                     float epsilon, float* out);
  void (*softmax)(const float* x, int64_t rows, int64_t width, float* out);
  void (*activate)(const float* x, int64_t count, Activation activation, float* out);
  int64_t (*attention_scratch_floats)(const AttentionShape& shape, int threads);
  void (*attention)(const AttentionShape& shape, const float* q, const float* k, const float* v, float* scratch,
                    int threads, const Interrupt& interrupt, float* out);
  /// From the channels-last map x to blocks.
  void (*to_blocked)(const BlockedRows& shape, const float* x, float* out);
  /// From blocks to the channels-last map out. Added to what out holds, if accumulate.
  void (*from_blocked)(const BlockedRows& shape, const float* x, bool accumulate, float* out);
  /// Packs the weights of a convolution or a linear layer, panel by panel. The panel at output channel c begins at
  /// number panel_numbers(c, ...).
  int64_t (*panel_channels)();
  int64_t (*panel_numbers)(int64_t out_channels, int64_t in_channels, int64_t kernel);
  void (*pack_panel)(const WeightRows& rows, void* packed);
  /// A convolution in two steps. The first lays out the input rows that a band needs, padding included; `source` has
  /// conv_source_floats. The second computes the band: out = convolution + bias (may be null) (+ out, if accumulate).
  int64_t (*conv_source_floats)(const ConvCall& call);
  void (*lay_out_conv_source)(const ConvCall& call, const float* x, float* source);
  void (*convolve)(const ConvCall& call, const float* source, const WeightPanels& weights, const float* bias,
                   bool accumulate, const Interrupt& interrupt, float* out);
  /// out [rows, out] = x [rows, in] * weights^T + bias (may be null) (+ out, if accumulate). scratch: for each thread
  /// as many floats as the function before returns.
  int64_t (*linear_scratch_floats)(const LinearCall& call);
  void (*linear)(const LinearCall& call, const float* x, const WeightPanels& weights, const float* bias,
                 bool accumulate, float* scratch, int threads, const Interrupt& interrupt, float* out);
  /// Does no useful work, as fast as the registers allow. Returns the number of operations.
  double (*multiply_add_in_registers)(int64_t iterations);
};

const Kernels& kernels_avx512();
const Kernels& kernels_avx2();
const Kernels& kernels_generic();

/// The fastest table for this processor.
const Kernels& best_kernels();

}  // namespace redraw::cpu
