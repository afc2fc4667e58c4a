#include "tensor/dtype.h"

#include <array>
#include <string>

#include "base/checked.h"

namespace redraw {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  DTypeBlock block;
};

constexpr auto kTable = std::to_array<Row>({
    {DType::f32, "F32", {1, 4}},       {DType::f16, "F16", {1, 2}},         {DType::bf16, "BF16", {1, 2}},
    {DType::f64, "F64", {1, 8}},       {DType::f8_e4m3, "F8_E4M3", {1, 1}}, {DType::f8_e5m2, "F8_E5M2", {1, 1}},
    {DType::i64, "I64", {1, 8}},       {DType::i32, "I32", {1, 4}},         {DType::i16, "I16", {1, 2}},
    {DType::i8, "I8", {1, 1}},         {DType::u64, "U64", {1, 8}},         {DType::u32, "U32", {1, 4}},
    {DType::u16, "U16", {1, 2}},       {DType::u8, "U8", {1, 1}},           {DType::boolean, "BOOL", {1, 1}},
    {DType::q4_0, "Q4_0", {32, 18}},   {DType::q4_1, "Q4_1", {32, 20}},     {DType::q5_0, "Q5_0", {32, 22}},
    {DType::q5_1, "Q5_1", {32, 24}},   {DType::q8_0, "Q8_0", {32, 34}},     {DType::q4_k, "Q4_K", {256, 144}},
    {DType::q5_k, "Q5_K", {256, 176}}, {DType::q6_k, "Q6_K", {256, 210}},
});

}  // namespace

int64_t dtype_bytes(DType dtype) {
  return dtype_block(dtype).bytes;
}

DTypeBlock dtype_block(DType dtype) {
  return kTable.at(static_cast<size_t>(dtype)).block;
}

int64_t stored_bytes(DType dtype, int64_t elements) {
  const DTypeBlock block = dtype_block(dtype);
  if (elements < 0 || elements % block.elements != 0) {
    throw Error(Code::bad_size, std::to_string(elements) + " elements of type " + std::string(dtype_name(dtype)) +
                                    " are not a whole number of blocks of " + std::to_string(block.elements));
  }
  return checked_mul(elements / block.elements, block.bytes, Code::bad_size, "the bytes of a tensor");
}

std::string_view dtype_name(DType dtype) {
  return kTable.at(static_cast<size_t>(dtype)).name;
}

std::optional<DType> dtype_from_name(std::string_view name) {
  for (const Row& row : kTable) {
    if (row.name == name && row.block.elements == 1) return row.dtype;
  }
  return std::nullopt;
}

}  // namespace redraw
