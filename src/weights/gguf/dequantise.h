// ggml's blocks of small integers to float32; internal to weights.
#pragma once

#include <cstddef>
#include <span>

#include "tensor/dtype.h"

namespace redraw {

/// True for the types whose elements stand in blocks (Q4_0 ... Q6_K).
bool is_quantised(DType dtype);

/// Whole blocks to float32: the numbers that ggml computes (ggml-quants.c, dequantize_row_q4_0 ...), bit for bit. That
/// holds on any machine and with or without fused multiply-adds. The reason: a scale is a float16 of 11 significant
/// bits and meets integers of at most 10 bits before the one operation that rounds.
/// dtype: a quantised one. from: to.size() / block.elements blocks, at any address; the caller has checked the sizes.
void dequantise(DType dtype, std::span<const std::byte> from, std::span<float> to);

}  // namespace redraw
