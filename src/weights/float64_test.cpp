// Numbers of 64 bits, which redraw reads as float32, in every format.
#include <bit>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>

#include "base/error.h"
#include "support/error_of.h"
#include "support/gguf_bytes.h"
#include "support/safetensors_bytes.h"
#include "support/temporary_folder.h"
#include "weights/open_weights.h"
#include "weights/widen.h"

namespace redraw {
namespace {

constexpr uint32_t kGgmlF64 = 28;
constexpr uint32_t kGgmlI64 = 27;

std::string stored(const std::vector<double>& numbers) {
  std::string bytes(numbers.size() * sizeof(double), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

std::string safetensors(const std::vector<double>& numbers) {
  const std::string count = std::to_string(numbers.size());
  return safetensors_bytes(R"({"a":{"dtype":"F64","shape":[)" + count + R"(],"data_offsets":[0,)" +
                               std::to_string(numbers.size() * 8) + "]}}",
                           stored(numbers));
}

GgufBytes gguf(const std::vector<double>& numbers) {
  GgufBytes bytes;
  bytes.data = stored(numbers);
  bytes.tensor("a", {numbers.size()}, kGgmlF64, 0);
  return bytes;
}

// Halfway between two numbers of float32 and just beside, the largest and the smallest.
const std::vector<double> kNumbers = {0.0,
                                      -0.0,
                                      1.0 / 3,
                                      1 + 0x1p-24,
                                      1 + 0x1p-24 + 0x1p-52,
                                      1 + 0x3p-24,
                                      -0x1.fffffefffffffp127,
                                      0x1.fffffep127,
                                      0x1p-149,
                                      0x1p-150,
                                      0x1.8p-150,
                                      1e-300,
                                      std::numeric_limits<double>::infinity()};
const std::vector<float> kRounded = {0.0f,
                                     -0.0f,
                                     0x1.555556p-2f,
                                     1.0f,
                                     1 + 0x1p-23f,
                                     1 + 0x1p-22f,
                                     -0x1.fffffep127f,
                                     0x1.fffffep127f,
                                     0x1p-149f,
                                     0.0f,
                                     0x1p-149f,
                                     0.0f,
                                     std::numeric_limits<float>::infinity()};

void expect_rounded(const WeightsFile& file) {
  EXPECT_EQ(file.require("a").dtype, DType::f64);
  const Tensor a = file.read_f32("a");
  ASSERT_EQ(a.values().size(), kRounded.size());
  for (size_t i = 0; i < kRounded.size(); ++i) {
    EXPECT_EQ(std::bit_cast<uint32_t>(a.values()[i]), std::bit_cast<uint32_t>(kRounded[i])) << i;
  }
}

TEST(Float64, IsRoundedToTheNearestInSafetensorsAndGguf) {
  const TemporaryFolder folder;
  expect_rounded(*open_weights(folder.write("a.safetensors", safetensors(kNumbers))));
  expect_rounded(*open_weights(folder.write("a.gguf", gguf(kNumbers).bytes())));
  folder.write("s.safetensors", safetensors(kNumbers));
  expect_rounded(*open_weights(folder.write("s.safetensors.index.json", R"({"weight_map": {"a": "s.safetensors"}})")));
}

TEST(Float64, IsReadFromWhatTorchSaved) {
  const auto file = open_weights(std::filesystem::path(REDRAW_SOURCE_DIR) / "tests/data/torch/types.pt");
  size_t compared = 0;
  for (const TensorEntry& entry : file->tensors()) {
    if (entry.dtype != DType::f64) continue;
    const std::vector<std::byte> bytes = file->bytes(entry);
    std::vector<float> values(static_cast<size_t>(entry.shape.elements()));
    file->read_f32(entry, 0, values);
    for (size_t i = 0; i < values.size(); ++i, ++compared) {
      double number = 0;
      std::memcpy(&number, bytes.data() + i * sizeof(number), sizeof(number));
      EXPECT_TRUE(values[i] == static_cast<float>(number) || std::isnan(number)) << entry.name << " " << i;
    }
  }
  EXPECT_GT(compared, 0u);
}

TEST(Float64, IsReadFromAnyElementOnAndByPieces) {
  std::vector<double> numbers(20'000);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = 0.5 * static_cast<double>(i);
  const TemporaryFolder folder;
  const auto file = open_weights(folder.write("a.safetensors", safetensors(numbers)));
  std::vector<float> part(9'000);
  file->read_f32(file->require("a"), 8'191, part);
  for (size_t i = 0; i < part.size(); ++i) ASSERT_EQ(part[i], static_cast<float>(numbers[8'191 + i])) << i;
}

TEST(Float64, NumbersBeyondFloat32AreAnErrorThatNamesTheTensor) {
  const TemporaryFolder folder;
  for (const double number : {1e39, -1e39, 0x1.ffffffp127, std::numeric_limits<double>::max()}) {
    const auto file = open_weights(folder.write("a.safetensors", safetensors({1, number})));
    const std::string message = message_of(Code::model_not_finite, [&] { file->read_f32("a"); });
    EXPECT_NE(message.find("a.safetensors: 'a' holds 64-bit numbers beyond 3.4e38"), std::string::npos) << message;
  }
}

TEST(Float64, IntegersOfGgufArePassedOverUntilTheyAreAskedForAsWeights) {
  const TemporaryFolder folder;
  GgufBytes bytes;
  bytes.data = std::string(80, '\1');
  bytes.tensor("position_ids", {10}, kGgmlI64, 0);
  const auto file = open_weights(folder.write("a.gguf", bytes.bytes()));
  EXPECT_EQ(file->require("position_ids").dtype, DType::i64);
  EXPECT_EQ(code_of([&] { file->read_f32("position_ids"); }), Code::tensor_wrong_dtype);
}

}  // namespace
}  // namespace redraw
