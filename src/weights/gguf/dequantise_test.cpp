// Every type that widens to float32, against ggml's own package and torch (tools/goldens/make_gguf.py). All equal bit
// for bit: nothing is rounded but the one sum or product that ggml rounds as well.
#include "weights/gguf/dequantise.h"

#include <bit>
#include <gtest/gtest.h>
#include <map>

#include "base/error.h"
#include "support/error_of.h"
#include "support/golden.h"
#include "weights/gguf/gguf.h"
#include "weights/safetensors/safetensors.h"
#include "weights/widen.h"

namespace redraw {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(REDRAW_SOURCE_DIR) / "tests/data/gguf";

void expect_same_bits(const Tensor& ours, const Tensor& reference, const std::string& name) {
  ASSERT_EQ(ours.shape(), reference.shape()) << name;
  for (size_t i = 0; i < ours.values().size(); ++i) {
    ASSERT_EQ(std::bit_cast<uint32_t>(ours.values()[i]), std::bit_cast<uint32_t>(reference.values()[i]))
        << name << " element " << i << ": " << ours.values()[i] << " instead of " << reference.values()[i];
  }
}

TEST(Dequantise, EveryTypeAgreesWithGgmlsPackageBitForBit) {
  const GgufFile file = GgufFile::open(kFolder / "types.gguf");
  const SafetensorsFile expected = SafetensorsFile::open(kFolder / "types.safetensors");
  ASSERT_EQ(file.tensors().size(), expected.tensors().size());
  std::map<DType, int> seen;
  for (const TensorEntry& entry : file.tensors()) {
    expect_same_bits(file.read_f32(entry.name), expected.read_f32(entry.name), entry.name);
    ++seen[entry.dtype];
  }
  EXPECT_EQ(seen.size(), 11u) << "F32, F16, BF16 and eight quantised types";
}

TEST(Dequantise, ReadsAnyRangeOfAQuantisedTensor) {
  const GgufFile file = GgufFile::open(kFolder / "types.gguf");
  for (const char* name : {"random.Q4_0", "random.Q6_K"}) {
    const TensorEntry& entry = file.require(name);
    const Tensor whole = file.read_f32(name);
    for (const int64_t first : {0, 1, 31, 32, 100, 255, 256}) {
      for (const int64_t count : {0, 1, 31, 32, 64, 128}) {
        std::vector<float> part(static_cast<size_t>(count));
        file.read_f32(entry, first, part);
        ASSERT_TRUE(std::equal(part.begin(), part.end(), whole.data() + first)) << name << " " << first << " " << count;
      }
    }
  }
}

TEST(Dequantise, EightBitFloatsAgreeWithTorchForEveryPattern) {
  const SafetensorsFile file = golden("float8.safetensors");
  for (const std::string name : {"e4m3", "e5m2"}) {
    const Tensor ours = file.read_f32(name);
    const Tensor torchs = file.read_f32(name + "/f32");
    ASSERT_EQ(ours.values().size(), 256u);
    for (size_t i = 0; i < 256; ++i) {
      const float a = ours.values()[i];
      const float b = torchs.values()[i];
      // Of a NaN only the fact counts.
      const bool both_nan = a != a && b != b;
      ASSERT_TRUE(both_nan || std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b)) << name << " " << i;
    }
  }
  EXPECT_EQ(file.require("e4m3").dtype, DType::f8_e4m3);
  EXPECT_EQ(file.require("e5m2").dtype, DType::f8_e5m2);
}

TEST(Dequantise, RefusesTypesThatAreNoNumbersAndSizesThatDisagree) {
  std::vector<std::byte> bytes(36);
  std::vector<float> values(64);
  EXPECT_EQ(code_of([&] { (void)widen_to_f32(DType::i32, bytes, values); }), Code::tensor_wrong_dtype);
  EXPECT_TRUE(widen_to_f32(DType::q4_0, bytes, values));
  EXPECT_EQ(code_of([&] { (void)widen_to_f32(DType::q4_1, bytes, values); }), Code::bad_size);
  EXPECT_EQ(code_of([&] { (void)widen_to_f32(DType::q4_0, bytes, std::span(values).first(63)); }), Code::bad_size);
  EXPECT_EQ(code_of([&] { (void)widen_to_f32(DType::f8_e5m2, bytes, values); }), Code::bad_size);
  EXPECT_EQ(code_of([&] { dequantise(DType::f16, bytes, values); }), Code::internal);
}

}  // namespace
}  // namespace redraw
