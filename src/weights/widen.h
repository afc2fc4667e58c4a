// Stored element types as float32.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "tensor/dtype.h"

namespace redraw {

/// The types that widen_to_f32 reads, for messages.
inline constexpr std::string_view kWidenedTypes =
    "F64, F32, F16, BF16, F8_E4M3, F8_E5M2, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K or Q6_K";
/// True for those types.
bool widens_to_f32(DType dtype);

/// Little-endian elements to float32. The floating types are exact, but F64 is rounded to the nearest; the quantised
/// ones are as ggml computes them (see dequantise). `from` may lie at any address, and must hold exactly to.size()
/// elements, of the quantised types whole blocks. Returns false when a finite number of F64 became infinite, being
/// beyond what float32 holds (3.4e38). Throws Error: tensor_wrong_dtype for other types, bad_size when the sizes
/// disagree.
[[nodiscard]] bool widen_to_f32(DType dtype, std::span<const std::byte> from, std::span<float> to);

}  // namespace redraw
