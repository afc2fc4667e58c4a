// Stored element types widened to float32.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "tensor/dtype.h"

namespace redraw {

/// The types that widen_to_f32 reads, for messages.
inline constexpr std::string_view kWidenedTypes = "F32, F16 or BF16";
/// True for those types.
bool widens_to_f32(DType dtype);

/// Little-endian elements to float32, exactly; `from` may lie at any address, and must hold exactly to.size() elements.
/// Throws Error: tensor_wrong_dtype for other types, bad_size when the sizes disagree.
void widen_to_f32(DType dtype, std::span<const std::byte> from, std::span<float> to);

}  // namespace redraw
