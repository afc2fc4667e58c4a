// The kernels, declared in a namespace named after the instruction set (REDRAW_ISA: avx512, avx2 or generic) of the
// compilation at hand. The files that define them are compiled once for each, see CMakeLists.txt.
#pragma once

#include "ops/cpu/kernels.h"

namespace redraw::cpu::REDRAW_ISA {

void geglu(const float* x, int64_t rows, int64_t width, float* out);
void activate(const float* x, int64_t count, Activation activation, float* out);
void softmax(const float* x, int64_t rows, int64_t width, float* out);
int64_t group_norm_scratch_floats(int64_t batch, int64_t positions, int64_t channels);
void group_norm(const GroupNormCall& call);
void layer_norm(const float* x, const float* weight, const float* bias, int64_t rows, int64_t channels, float epsilon,
                float* out);
int64_t attention_scratch_floats(const AttentionShape& shape, int threads);
void attention(const AttentionShape& shape, const float* q, const float* k, const float* v, float* scratch, int threads,
               float* out);
void to_blocked(const BlockedRows& shape, const float* x, float* out);
void from_blocked(const BlockedRows& shape, const float* x, bool accumulate, float* out);
int64_t conv_source_floats(const ConvCall& call);
int64_t conv_weight_floats(int64_t out_channels, int64_t in_channels, int64_t kernel);
int64_t conv_panel_channels();
void pack_conv_panel(const float* rows, int64_t channels, int64_t in_channels, int64_t kernel, float* packed);
void lay_out_conv_source(const ConvCall& call, const float* x, float* source);
void convolve(const ConvCall& call, const float* source, const float* weights, const float* bias, bool accumulate,
              float* out);
double multiply_add_in_registers(int64_t iterations);

}  // namespace redraw::cpu::REDRAW_ISA
