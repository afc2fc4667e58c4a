// Element types of tensors, as safetensors names them, and the quantised ones of ggml.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace redraw {

enum class DType {
  f32,
  f16,
  bf16,
  f64,
  f8_e4m3,
  f8_e5m2,
  i64,
  i32,
  i16,
  i8,
  u64,
  u32,
  u16,
  u8,
  boolean,
  // ggml's blocks: integers of 4 to 8 bits with a common scale (ggml-common.h: block_q4_0, ...)
  q4_0,
  q4_1,
  q5_0,
  q5_1,
  q8_0,
  q4_k,
  q5_k,
  q6_k
};

/// How the elements of a type are stored: so many in so many bytes. Plain types are stored one by one.
struct DTypeBlock {
  int64_t elements;
  int64_t bytes;
};
DTypeBlock dtype_block(DType dtype);
/// Bytes of so many elements, a multiple of the block's. Throws Error(bad_size) for what is none, or overflows.
int64_t stored_bytes(DType dtype, int64_t elements);

/// Bytes of one element of a plain type.
int64_t dtype_bytes(DType dtype);
/// "F32", "BF16", ...: the names of the safetensors format.
std::string_view dtype_name(DType dtype);
/// Of the plain types: what a safetensors file may name.
std::optional<DType> dtype_from_name(std::string_view name);

}  // namespace redraw
