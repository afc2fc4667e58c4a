#include "checkpoint/convert.h"

#include <bit>
#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>
#include <random>

#include "base/half.h"
#include "base/input_file.h"
#include "checkpoint/inspect.h"
#include "support/error_of.h"
#include "support/safetensors_bytes.h"
#include "support/temporary_folder.h"
#include "weights/narrow.h"
#include "weights/safetensors.h"
#include "weights/safetensors_writer.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

fs::path tiny(const std::string& name) {
  return fs::path(REDRAW_BINARY_DIR).parent_path() / "checkpoints" / name;
}

fs::path vocabulary() {
  return fs::path(REDRAW_BINARY_DIR).parent_path() / "clip-vocabulary";
}

// In the order of the file, number for number. A converted file says more about itself: metadata, and marks at its end.
void expect_same_tensors(const fs::path& ours, const fs::path& theirs) {
  const SafetensorsFile a = SafetensorsFile::open(ours);
  const SafetensorsFile b = SafetensorsFile::open(theirs);
  size_t marks = 0;
  for (const TensorEntry& entry : a.tensors()) marks += entry.begin == entry.end;
  ASSERT_EQ(a.tensors().size() - marks, b.tensors().size());
  for (const TensorEntry& expected : b.tensors()) {
    const TensorEntry* entry = a.find(expected.name);
    ASSERT_NE(entry, nullptr) << expected.name;
    EXPECT_EQ(entry->dtype, expected.dtype) << expected.name;
    EXPECT_EQ(entry->shape, expected.shape) << expected.name;
    EXPECT_EQ(entry->begin, expected.begin) << expected.name;
    EXPECT_EQ(a.bytes(*entry), b.bytes(expected)) << expected.name;
  }
}

class Convert : public ::testing::TestWithParam<const char*> {
 protected:
  std::string arch() const { return GetParam(); }
  fs::path file() const { return tiny(arch() + ".safetensors"); }
  Checkpoint open_file(const fs::path& path) const { return Checkpoint::open(path, {.configs = tiny(arch())}); }
  TemporaryFolder folder_;
};

TEST_P(Convert, AFolderToOneFileAndBackGivesEqualFiles) {
  const fs::path single = folder_ / "single.safetensors";
  convert(Checkpoint::open(tiny(arch())), single, {.layout = Layout::ldm});
  expect_same_tensors(single, file());  // the file that the tool writes in this layout

  const fs::path back = folder_ / "back";
  const Converted converted =
      convert(open_file(single), back, {.layout = Layout::diffusers, .vocabulary = vocabulary()});
  EXPECT_TRUE(converted.left_out.empty());
  for (const fs::path& weights : converted.files) {
    EXPECT_EQ(read_whole_file(weights), read_whole_file(tiny(arch()) / fs::relative(weights, back))) << weights;
  }
  EXPECT_EQ(Checkpoint::open(back).spec().family, open_file(single).spec().family);
}

TEST_P(Convert, OneFileToAFolderAndBackGivesTheSameFile) {
  const fs::path middle = folder_ / "folder";
  convert(open_file(file()), middle, {.layout = Layout::diffusers, .vocabulary = vocabulary()});
  const fs::path back = folder_ / "back.safetensors";
  convert(Checkpoint::open(middle), back, {.layout = Layout::ldm});
  expect_same_tensors(back, file());
}

INSTANTIATE_TEST_SUITE_P(Models, Convert, ::testing::Values("tiny-sd15", "tiny-sd21", "tiny-sdxl"),
                         [](const auto& info) { return std::string(info.param).substr(5); });

TEST(ConvertPrecision, WiderAndBackIsTheSame) {
  const TemporaryFolder folder;
  convert(Checkpoint::open(tiny("tiny-sd15")), folder / "f32.safetensors",
          {.layout = Layout::ldm, .dtype = DType::f32});
  const CheckpointOptions options{.configs = tiny("tiny-sd15")};
  const Checkpoint wide = Checkpoint::open(folder / "f32.safetensors", options);
  EXPECT_EQ(inspect(wide).parts.front().precisions.begin()->first, "F32");
  convert(wide, folder / "f16.safetensors", {.layout = Layout::ldm, .dtype = DType::f16});
  expect_same_tensors(folder / "f16.safetensors", tiny("tiny-sd15.safetensors"));
}

TEST(ConvertPrecision, WhatIsThereIsNotOverwrittenUnasked) {
  const TemporaryFolder folder;
  const fs::path there = folder.write("there.safetensors", "precious");
  const Checkpoint checkpoint = Checkpoint::open(tiny("tiny-sd15"));
  EXPECT_EQ(code_of([&] { convert(checkpoint, there, {.layout = Layout::ldm}); }), Code::usage);
  EXPECT_EQ(read_whole_file(there).size(), 8u);
  EXPECT_NO_THROW(convert(checkpoint, there, {.layout = Layout::ldm, .is_overwriting = true}));
}

TEST(Inspect, CountsAndNamesWhatHasNoPlace) {
  const CheckpointOptions options{.configs = tiny("tiny-sd15")};
  const ModelInspection whole = inspect(Checkpoint::open(tiny("tiny-sd15.safetensors"), options));
  EXPECT_TRUE(whole.is_whole());
  EXPECT_EQ(whole.parts.size(), 3u);
  EXPECT_TRUE(whole.unexpected.empty());
  EXPECT_EQ(whole.parts.front().name, "unet");
  EXPECT_EQ(whole.parts.front().precisions.at("F16"), whole.parts.front().tensors);
}

TEST(Narrow, EveryHalfAndBrainFloatComesBack) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const float from_half = half_to_float(half);
    const float from_brain = bfloat16_to_float(half);
    ASSERT_TRUE(std::isnan(from_half) || float_to_half(from_half) == half) << bits;
    ASSERT_TRUE(std::isnan(from_brain) || float_to_bfloat16(from_brain) == half) << bits;
  }
  EXPECT_TRUE(std::isnan(half_to_float(float_to_half(NAN))));
  EXPECT_TRUE(std::isnan(bfloat16_to_float(float_to_bfloat16(NAN))));
}

// The nearest of all 65536 values, ties to the even one: found by looking at the two neighbours.
TEST(Narrow, RoundsToTheNearestAndTiesToEven) {
  std::mt19937 random(3);
  for (int i = 0; i < 200000; ++i) {
    const auto value = std::bit_cast<float>(static_cast<uint32_t>(random()));
    if (!std::isfinite(value) || std::abs(value) >= 65504.0f) continue;
    const uint16_t ours = float_to_half(value);
    const double distance = std::abs(static_cast<double>(half_to_float(ours)) - value);
    for (const int step : {-1, 1}) {
      const auto other = static_cast<uint16_t>(ours + step);
      const double theirs = std::abs(static_cast<double>(half_to_float(other)) - value);
      if (std::isnan(theirs) || (other & 0x8000) != (ours & 0x8000)) continue;
      ASSERT_TRUE(distance < theirs || (distance == theirs && ours % 2 == 0)) << value;
    }
  }
  EXPECT_EQ(float_to_half(65519.9f), 0x7BFF);
  EXPECT_EQ(float_to_half(65520.0f), 0x7C00);
}

TEST(Narrow, NumbersBeyondTheTypeAreReported) {
  const std::vector<float> numbers{1.0f, 70000.0f};
  std::vector<std::byte> bytes(4);
  EXPECT_FALSE(narrow_from_f32(DType::f16, numbers, bytes));
  EXPECT_TRUE(narrow_from_f32(DType::bf16, numbers, bytes));
  EXPECT_TRUE(narrow_from_f32(DType::f16, std::vector<float>{INFINITY, 1}, bytes)) << "it was infinite before";
}

TEST(SafetensorsWriter, RefusesATensorThatMakesAnotherNumberOfBytes) {
  const TemporaryFolder folder;
  const std::vector<TensorToWrite> tensors = {
      {.name = "a", .dtype = DType::f16, .shape = {2}, .write = [](const ByteSink& sink) {
         sink(std::vector<std::byte>(3));
       }}};
  EXPECT_EQ(code_of([&] { write_safetensors(folder / "a.safetensors", tensors); }), Code::internal);
  EXPECT_TRUE(fs::is_empty(folder.path())) << "nothing is left behind";
}

}  // namespace
}  // namespace redraw
