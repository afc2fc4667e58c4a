#include "weights/gguf/gguf.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/error_of.h"
#include "support/gguf_bytes.h"
#include "support/temporary_folder.h"
#include "weights/metadata_keys.h"
#include "weights/safetensors/safetensors_header.h"

namespace redraw {
namespace {

constexpr uint32_t kF32 = 0;
constexpr uint32_t kF16 = 1;
constexpr uint32_t kQ8_0 = 8;

GgufFile opened(const TemporaryFolder& folder, const GgufBytes& bytes) {
  return GgufFile::open(folder.write("f.gguf", bytes.bytes()));
}

TEST(Gguf, ReadsAFileThatGgmlsPackageWrote) {
  const GgufFile file = GgufFile::open(std::filesystem::path(REDRAW_SOURCE_DIR) / "tests/data/gguf/types.gguf");
  EXPECT_EQ(file.format(), "GGUF");
  EXPECT_EQ(file.metadata(), (std::map<std::string, std::string>{{"general.architecture", "sd1"},
                                                                 {"general.name", "every type, seed 0"}}));
  EXPECT_EQ(file.require("plain.F32").shape, (Shape{2, 3, 5}));
  EXPECT_EQ(file.require("random.Q4_K").shape, (Shape{3, 1024}));
  EXPECT_EQ(file.require("random.Q4_K").dtype, DType::q4_k);
  EXPECT_EQ(file.require("conv.weight").shape, (Shape{8, 4, 3, 3})) << "stored as [9, 32]";
}

TEST(Gguf, ReadsBothVersionsShapesInReverseAndNumbersInOrder) {
  const TemporaryFolder folder;
  for (const uint32_t version : {2u, 3u}) {
    GgufBytes bytes;
    bytes.version = version;
    for (float value : {1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f}) bytes.data += number_bytes(value);
    bytes.tensor("a", {3, 2}, kF32, 0);
    const GgufFile file = opened(folder, bytes);
    const Tensor a = file.read_f32("a");
    EXPECT_EQ(a.shape(), (Shape{2, 3}));
    EXPECT_EQ(std::vector<float>(a.values().begin(), a.values().end()), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(file.bytes(file.require("a")).size(), 24u);
  }
}

TEST(Gguf, RespectsTheAlignmentOfTheFile) {
  const TemporaryFolder folder;
  for (const uint32_t alignment : {1u, 8u, 64u, 4096u, 1u << 20}) {
    GgufBytes bytes;
    bytes.alignment = alignment;
    bytes.value("general.alignment", GgufType::uint32, number_bytes(alignment));
    bytes.data = number_bytes(1.5f);
    bytes.data.resize(alignment + 4);
    bytes.data.replace(std::max(alignment, 4u), 4, number_bytes(2.5f));
    bytes.tensor("a", {1}, kF32, 0).tensor("b", {1}, kF32, std::max(alignment, 4u));
    const GgufFile file = opened(folder, bytes);
    EXPECT_EQ(file.read_f32("a").values()[0], 1.5f) << alignment;
    EXPECT_EQ(file.read_f32("b").values()[0], 2.5f) << alignment;
  }
}

TEST(Gguf, AcceptsScalarsEmptyTensorsRoomBetweenTensorsAndNoTensors) {
  const TemporaryFolder folder;
  EXPECT_TRUE(opened(folder, GgufBytes()).tensors().empty());
  GgufBytes bytes;
  bytes.tensor("scalar", {}, kF32, 0).tensor("none", {0, 3}, kF16, 64).tensor("last", {2}, kF16, 128).zeros(140);
  const GgufFile file = opened(folder, bytes);
  EXPECT_EQ(file.read_f32("scalar").shape(), Shape{});
  EXPECT_EQ(file.read_f32("none").shape(), (Shape{3, 0}));
  EXPECT_EQ(file.read_f32("last").shape(), Shape{2});
}

TEST(Gguf, KeepsTextsAndPassesOverEveryOtherValue) {
  const TemporaryFolder folder;
  GgufBytes bytes;
  bytes.text("general.architecture", "sd1").text("empty", "");
  const size_t widths[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  for (uint32_t type = 0; type < 13; ++type) {
    if (widths[type] == 0) continue;
    const std::string key = "number" + std::to_string(type);
    bytes.value(key, static_cast<GgufType>(type), std::string(widths[type], '\1'));
    bytes.array(key + "s", static_cast<GgufType>(type), 100'000, std::string(100'000 * widths[type], '\1'));
  }
  bytes.array("texts", GgufType::string, 3, gguf_string("a") + gguf_string("") + gguf_string("\xFF not UTF-8"));
  bytes.array("nothing", GgufType::float64, 0, "");
  bytes.tensor("a", {1}, kF32, 0).zeros(4);
  const GgufFile file = opened(folder, bytes);
  EXPECT_EQ(file.metadata(), (std::map<std::string, std::string>{{"empty", ""}, {"general.architecture", "sd1"}}));
  EXPECT_NE(file.find("a"), nullptr);
}

TEST(Gguf, PassesOverTextsThatNobodyLooksAt) {
  const TemporaryFolder folder;
  GgufBytes bytes;
  bytes.text("picture", std::string(size_t{5} << 20, 'x')).text("just kept", std::string(kMaxMetadataValue, 'y'));
  for (int i = 0; i < 70; ++i) bytes.text("many" + std::to_string(i), std::string(60'000, 'z'));
  bytes.array("long", GgufType::string, 1, gguf_string(std::string(size_t{5} << 20, 'w')));
  bytes.tensor("a", {1}, kF32, 0).zeros(4);
  const GgufFile file = opened(folder, bytes);
  EXPECT_FALSE(file.metadata().contains("picture"));
  EXPECT_EQ(file.metadata().at("just kept").size(), kMaxMetadataValue);
  EXPECT_EQ(file.metadata().size(), 1 + 68u) << "4 MiB in all";
  EXPECT_NE(file.find("a"), nullptr);
}

TEST(Gguf, KeepsWhatDecidesSomethingBehindAnyNumberOfOtherTexts) {
  const TemporaryFolder folder;
  GgufBytes bytes;
  for (int i = 0; i < 70; ++i) bytes.text("many" + std::to_string(i), std::string(60'000, 'z'));
  const std::string said(60'000, 's');
  for (const std::string_view key : kUsedMetadataKeys) bytes.text(std::string(key), said);
  const GgufFile file = opened(folder, bytes);
  for (const std::string_view key : kUsedMetadataKeys) {
    ASSERT_TRUE(file.metadata().contains(std::string(key))) << key;
    EXPECT_EQ(file.metadata().at(std::string(key)), said);
  }
  EXPECT_EQ(file.metadata().size(), 69 + kUsedMetadataKeys.size()) << "which do not count";
  EXPECT_EQ(file.metadata_passed_over().size(), 1u);
}

TEST(Gguf, TakesATrainingStepThatIsANumber) {
  const TemporaryFolder folder;
  GgufBytes bytes;
  bytes.value("global_step", GgufType::uint32, number_bytes<uint32_t>(875000));
  EXPECT_EQ(opened(folder, bytes).metadata().at("global_step"), "875000");
}

TEST(Gguf, TakesTheOriginalShapeOfATensorThatWasStoredInAnother) {
  const TemporaryFolder folder;
  GgufBytes bytes;
  std::string extents;
  for (int32_t extent : {2, 16, 1, 1}) extents += number_bytes(extent);
  bytes.array("comfy.gguf.orig_shape.a", GgufType::int32, 4, extents);
  bytes.array("comfy.gguf.orig_shape.of nobody", GgufType::int32, 4, extents);
  bytes.tensor("a", {32}, kQ8_0, 0).zeros(34);
  EXPECT_EQ(opened(folder, bytes).require("a").shape, (Shape{2, 16, 1, 1}));
}

TEST(Gguf, NamesTheTensorAndItsTypeWhenRedrawDoesNotReadIt) {
  const TemporaryFolder folder;
  GgufBytes bytes;
  bytes.tensor("blk.0", {256}, 11, 0).zeros(110);
  EXPECT_EQ(message_of(Code::gguf_unsupported_type, [&] { opened(folder, bytes); }),
            (folder / "f.gguf").string() +
                ": tensor 'blk.0' has elements of GGML's type Q3_K, which redraw does not read; take a file of Q4_0 to "
                "Q8_0, Q4_K to Q6_K, F16, BF16, F32 or F64");
}

TEST(Gguf, AFileShortenedAfterOpeningIsAnErrorAndNoSignal) {
  const TemporaryFolder folder;
  for (int trial = 0; trial < 100; ++trial) {
    GgufBytes bytes;
    const auto path = folder.write("f", bytes.tensor("a", {32, 3000}, kQ8_0, 0).zeros(34 * 3000).bytes());
    const GgufFile file = GgufFile::open(path);
    std::filesystem::resize_file(path, static_cast<uintmax_t>(trial) * 1000);
    EXPECT_EQ(code_of([&] { file.read_f32("a"); }), Code::model_file_changed);
    EXPECT_EQ(code_of([&] { file.bytes(file.require("a")); }), Code::model_file_changed);
  }
}

}  // namespace
}  // namespace redraw
