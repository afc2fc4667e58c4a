#include "weights/gguf/gguf_types.h"

#include <algorithm>
#include <array>

namespace redraw {
namespace {

// ggml.h, enum ggml_type; the numbers that were retired keep the names that they had.
constexpr auto kGgmlTypes = std::to_array<GgmlType>({
    {0, "F32", DType::f32},
    {1, "F16", DType::f16},
    {2, "Q4_0", DType::q4_0},
    {3, "Q4_1", DType::q4_1},
    {4, "Q4_2", std::nullopt},
    {5, "Q4_3", std::nullopt},
    {6, "Q5_0", DType::q5_0},
    {7, "Q5_1", DType::q5_1},
    {8, "Q8_0", DType::q8_0},
    {9, "Q8_1", std::nullopt},
    {10, "Q2_K", std::nullopt},
    {11, "Q3_K", std::nullopt},
    {12, "Q4_K", DType::q4_k},
    {13, "Q5_K", DType::q5_k},
    {14, "Q6_K", DType::q6_k},
    {15, "Q8_K", std::nullopt},
    {16, "IQ2_XXS", std::nullopt},
    {17, "IQ2_XS", std::nullopt},
    {18, "IQ3_XXS", std::nullopt},
    {19, "IQ1_S", std::nullopt},
    {20, "IQ4_NL", std::nullopt},
    {21, "IQ3_S", std::nullopt},
    {22, "IQ2_S", std::nullopt},
    {23, "IQ4_XS", std::nullopt},
    {24, "I8", DType::i8},
    {25, "I16", DType::i16},
    {26, "I32", DType::i32},
    {27, "I64", DType::i64},
    {28, "F64", DType::f64},
    {29, "IQ1_M", std::nullopt},
    {30, "BF16", DType::bf16},
    {31, "Q4_0_4_4", std::nullopt},
    {32, "Q4_0_4_8", std::nullopt},
    {33, "Q4_0_8_8", std::nullopt},
    {34, "TQ1_0", std::nullopt},
    {35, "TQ2_0", std::nullopt},
    {36, "IQ4_NL_4_4", std::nullopt},
    {37, "IQ4_NL_4_8", std::nullopt},
    {38, "IQ4_NL_8_8", std::nullopt},
    {39, "MXFP4", std::nullopt},
    {40, "NVFP4", std::nullopt},
    {41, "Q1_0", std::nullopt},
});

}  // namespace

const GgmlType* find_ggml_type(uint32_t number) {
  const auto* const it =
      std::find_if(kGgmlTypes.begin(), kGgmlTypes.end(), [&](const GgmlType& row) { return row.number == number; });
  return it == kGgmlTypes.end() ? nullptr : it;
}

}  // namespace redraw
