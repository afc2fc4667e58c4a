// The kernels, declared in a namespace named after this compilation's instruction set (REDRAW_ISA: avx512, avx2 or
// generic). Their files are compiled once for each set, see CMakeLists.txt.
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
               const Interrupt& interrupt, float* out);
void to_blocked(const BlockedRows& shape, const float* x, float* out);
void from_blocked(const BlockedRows& shape, const float* x, bool accumulate, float* out);
int64_t panel_channels();
int64_t panel_numbers(int64_t out_channels, int64_t in_channels, int64_t kernel);
void pack_panel(const WeightRows& rows, void* packed);
int64_t conv_source_floats(const ConvCall& call);
void lay_out_conv_source(const ConvCall& call, const float* x, float* source);
void convolve(const ConvCall& call, const float* source, const WeightPanels& weights, const float* bias,
              bool accumulate, const Interrupt& interrupt, float* out);
int64_t linear_scratch_floats(const LinearCall& call);
void linear(const LinearCall& call, const float* x, const WeightPanels& weights, const float* bias, bool accumulate,
            float* scratch, int threads, const Interrupt& interrupt, float* out);
double multiply_add_in_registers(int64_t iterations);

}  // namespace redraw::cpu::REDRAW_ISA
