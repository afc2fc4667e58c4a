// The CPU kernels that are our own, in one table for each instruction set they are compiled for.
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

/// A map of `positions` = height * width and `channels` in blocks of `block` (8 or 16, dividing the channels).
struct BlockedMap {
  int64_t batch, positions, channels, block;
};

/// Plain pointers only: these functions are compiled several times with different instruction sets, so they must not
/// touch anything (an inline function, a template) that the linker could take from one of the other compilations.
struct Kernels {
  const char* name;  ///< "avx512", "avx2" or "generic"
  void (*geglu)(const float* x, int64_t rows, int64_t width, float* out);
  int64_t (*group_norm_scratch_floats)(int64_t batch, int64_t positions, int64_t channels);
  void (*group_norm)(const GroupNormCall& call);
  void (*layer_norm)(const float* x, const float* weight, const float* bias, int64_t rows, int64_t channels,
                     float epsilon, float* out);
  void (*softmax)(const float* x, int64_t rows, int64_t width, float* out);
  void (*activate)(const float* x, int64_t count, Activation activation, float* out);
  int64_t (*attention_scratch_floats)(const AttentionShape& shape, int threads);
  void (*attention)(const AttentionShape& shape, const float* q, const float* k, const float* v, float* scratch,
                    int threads, float* out);
  /// [batch, positions, channels] -> [batch, channels / block, positions, block]
  void (*to_blocked)(const BlockedMap& map, const float* x, float* out);
  /// The way back; added to what `out` holds, if accumulate.
  void (*from_blocked)(const BlockedMap& map, const float* x, bool accumulate, float* out);
  /// Does nothing useful, as fast as the registers allow; returns how many operations that were.
  double (*multiply_add_in_registers)(int64_t iterations);
};

const Kernels& kernels_avx512();
const Kernels& kernels_avx2();
const Kernels& kernels_generic();

/// The fastest table that this processor can run.
const Kernels& best_kernels();

}  // namespace redraw::cpu
