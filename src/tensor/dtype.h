// Element types of tensors, as safetensors names them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace redraw {

enum class DType { f32, f16, bf16, f64, f8_e4m3, f8_e5m2, i64, i32, i16, i8, u64, u32, u16, u8, boolean };

/// Bytes of one element.
int64_t dtype_bytes(DType dtype);
/// "F32", "BF16", ...: the names of the safetensors format.
std::string_view dtype_name(DType dtype);
std::optional<DType> dtype_from_name(std::string_view name);

}  // namespace redraw
