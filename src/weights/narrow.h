// float32 to the types that weights are stored in.
#pragma once

#include <cstddef>
#include <span>

#include "tensor/dtype.h"

namespace redraw {

/// Rounds to the nearest, ties to even, as torch does; to.size() is stored_bytes(dtype, from.size()). dtype: f32, f16
/// or bf16. Returns false when a finite number became infinite, being beyond what the type holds (65504 in f16); all
/// are written all the same. Throws Error: tensor_wrong_dtype, bad_size.
bool narrow_from_f32(DType dtype, std::span<const float> from, std::span<std::byte> to);

}  // namespace redraw
