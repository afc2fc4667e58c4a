#include "weights/safetensors/safetensors.h"

#include <bit>
#include <chrono>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/half.h"
#include "support/error_of.h"
#include "support/golden.h"
#include "support/safetensors_bytes.h"
#include "support/temporary_folder.h"
#include "weights/widen.h"

namespace redraw {
namespace {

// "pad" of one byte puts every other tensor on an odd address.
std::string odd_file() {
  std::string data = "x";
  for (float value : {1.0f, -0.0f, 3.4028235e38f}) data.append(reinterpret_cast<const char*>(&value), 4);
  for (uint16_t half : {0x3C00, 0x8001, 0x7BFF}) data.append(reinterpret_cast<const char*>(&half), 2);
  for (uint16_t bf16 : {0x3F80, 0x8000, 0x7F7F}) data.append(reinterpret_cast<const char*>(&bf16), 2);
  return safetensors_bytes(R"({"pad":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                           R"("f32":{"dtype":"F32","shape":[3],"data_offsets":[1,13]},)"
                           R"("f16":{"dtype":"F16","shape":[1,3],"data_offsets":[13,19]},)"
                           R"("bf16":{"dtype":"BF16","shape":[3,1],"data_offsets":[19,25]},)"
                           R"("none":{"dtype":"F16","shape":[0,4],"data_offsets":[25,25]},)"
                           R"("__metadata__":{"format":"pt"}}    )",
                           data);
}

void expect_bits(const Tensor& tensor, const Shape& shape, const std::vector<uint32_t>& bits) {
  EXPECT_EQ(tensor.shape(), shape);
  std::vector<uint32_t> ours;
  for (float value : tensor.values()) ours.push_back(std::bit_cast<uint32_t>(value));
  EXPECT_EQ(ours, bits);
}

TEST(Safetensors, ReadsF32F16AndBf16ExactlyAtAnyAddress) {
  const TemporaryFolder folder;
  const SafetensorsFile file = SafetensorsFile::open(folder.write("odd.safetensors", odd_file()));
  expect_bits(file.read_f32("f32"), {3}, {0x3F800000, 0x80000000, 0x7F7FFFFF});
  // 2^-24 is the smallest half; 65504 the largest.
  expect_bits(file.read_f32("f16"), {1, 3}, {0x3F800000, 0xB3800000, 0x477FE000});
  expect_bits(file.read_f32("bf16"), {3, 1}, {0x3F800000, 0x80000000, 0x7F7F0000});
  expect_bits(file.read_f32("none"), {0, 4}, {});
  EXPECT_EQ(file.metadata(), (std::map<std::string, std::string>{{"format", "pt"}}));

  std::vector<std::string> names;
  for (const TensorEntry& entry : file.tensors()) names.push_back(entry.name);
  EXPECT_EQ(names, (std::vector<std::string>{"bf16", "f16", "f32", "none", "pad"}));
  EXPECT_EQ(file.bytes(file.require("pad"))[0], std::byte{'x'});
}

TEST(Safetensors, WideningAgreesWithTheScalarDefinitionForEveryBitPattern) {
  std::vector<std::byte> bytes(1 + 2 * 65536);
  for (uint32_t bits = 0; bits < 65536; ++bits) std::memcpy(bytes.data() + 1 + 2 * bits, &bits, 2);
  const auto odd = std::span<const std::byte>(bytes).subspan(1);
  std::vector<float> halves(65536);
  std::vector<float> brains(65536);
  EXPECT_TRUE(widen_to_f32(DType::f16, odd, halves));
  EXPECT_TRUE(widen_to_f32(DType::bf16, odd, brains));
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    ASSERT_EQ(std::bit_cast<uint32_t>(halves[bits]),
              std::bit_cast<uint32_t>(half_to_float(static_cast<uint16_t>(bits))))
        << bits;
    ASSERT_EQ(std::bit_cast<uint32_t>(brains[bits]), bits << 16);
  }
}

TEST(Safetensors, ReadsAnyRangeOfALongTensor) {
  // Longer than the pieces in which types that widen are read.
  constexpr int64_t kCount = 100000;
  std::string data;
  for (int64_t i = 0; i < kCount; ++i) data.append({static_cast<char>(i & 0xFF), static_cast<char>(i >> 8 & 0x3F)});
  const TemporaryFolder folder;
  const auto path =
      folder.write("f", safetensors_bytes(R"({"a":{"dtype":"F16","shape":[100000],"data_offsets":[0,200000]}})", data));
  const SafetensorsFile file = SafetensorsFile::open(path);
  const Tensor all = file.read_f32("a");
  for (const int64_t first : {0, 1, 32767, 32768, 32769, 99998}) {
    std::vector<float> part(static_cast<size_t>(std::min<int64_t>(40000, kCount - first)));
    file.read_f32(file.require("a"), first, part);
    ASSERT_TRUE(std::equal(part.begin(), part.end(), all.data() + first)) << first;
    ASSERT_EQ(part[0], half_to_float(static_cast<uint16_t>(first & 0x3FFF))) << first;
  }
}

TEST(Safetensors, FindsByNameAndSaysWhatIsNearestToAMissingOne) {
  const TemporaryFolder folder;
  const auto path = folder.write("odd.safetensors", odd_file());
  const SafetensorsFile file = SafetensorsFile::open(path);
  ASSERT_NE(file.find("bf16"), nullptr);
  EXPECT_EQ(file.find("bf16")->shape, (Shape{3, 1}));
  EXPECT_EQ(file.find("bf17"), nullptr);
  EXPECT_EQ(file.find(""), nullptr);
  try {
    file.read_f32("bf61");
    ADD_FAILURE();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::tensor_missing);
    EXPECT_EQ(e.what(), path.string() + ": has no tensor 'bf61'; the nearest name is 'bf16'");
  }
}

TEST(Safetensors, RefusesOtherTypesAndOutputsOfAnotherSize) {
  const TemporaryFolder folder;
  const SafetensorsFile file = SafetensorsFile::open(folder.write("odd.safetensors", odd_file()));
  std::vector<float> two(2);
  EXPECT_EQ(code_of([&] { file.read_f32("pad"); }), Code::tensor_wrong_dtype);
  for (const char* name : {"f32", "f16"}) {
    const TensorEntry& three = file.require(name);
    EXPECT_NO_THROW(file.read_f32(three, 1, two)) << name;
    EXPECT_EQ(code_of([&] { file.read_f32(three, 2, two); }), Code::bad_size) << name;
    EXPECT_EQ(code_of([&] { file.read_f32(three, -1, two); }), Code::bad_size) << name;
    EXPECT_EQ(code_of([&] { file.read_f32(three, 4, {}); }), Code::bad_size) << name;
  }
}

TEST(Safetensors, AcceptsTheSmallestFilesAndPadding) {
  const TemporaryFolder folder;
  for (const std::string header : {"{}", "{}      ", R"({"__metadata__":{}})", R"({"__metadata__":null})", "{ }\n"}) {
    const SafetensorsFile file = SafetensorsFile::open(folder.write("f", safetensors_bytes(header, "")));
    EXPECT_TRUE(file.tensors().empty()) << header;
  }
  const SafetensorsFile scalar = SafetensorsFile::open(folder.write(
      "scalar", safetensors_bytes(R"({"a":{"data_offsets":[0,4],"shape":[],"dtype":"F32"}})", {"\0\0\x80\x3F", 4})));
  expect_bits(scalar.read_f32("a"), {}, {0x3F800000});
  // Empty tensors may stand before, between and after the others, also several at one place.
  const SafetensorsFile empties = SafetensorsFile::open(
      folder.write("empties", safetensors_bytes(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
                                                R"("b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                                                R"("c":{"dtype":"F64","shape":[0],"data_offsets":[2,2]},)"
                                                R"("d":{"dtype":"F64","shape":[3,0],"data_offsets":[2,2]},)"
                                                R"("e":{"dtype":"U8","shape":[2],"data_offsets":[2,4]},)"
                                                R"("f":{"dtype":"U8","shape":[0],"data_offsets":[4,4]}})",
                                                "1234")));
  EXPECT_EQ(empties.tensors().size(), 6u);
}

TEST(Safetensors, PassesOverMetadataThatNobodyLooksAt) {
  const auto metadata = [](const std::string& pairs) {
    const std::string file = safetensors_bytes(R"({"__metadata__":{)" + pairs + "}}", "");
    return parse_safetensors_header(std::as_bytes(std::span(file)), file.size(), "metadata").metadata;
  };
  using Metadata = std::map<std::string, std::string>;
  const std::string step = R"("global_step":"7")";
  EXPECT_EQ(metadata(R"("picture":")" + std::string(size_t{90} << 20, 'x') + "\"," + step),
            (Metadata{{"global_step", "7"}}));
  EXPECT_EQ(metadata(R"("picture":"x\"\\)" + std::string(kMaxMetadataValue, 'x') + R"(\\",)" + step),
            (Metadata{{"global_step", "7"}}))
      << "quotes and backslashes inside";
  EXPECT_EQ(metadata(R"("a\u0000":"b","a":"b\u0000",)" + step), (Metadata{{"global_step", "7"}}));
  std::string many;
  for (int i = 0; i < 200'000; ++i) many += "\"" + std::to_string(i) + R"(":"",)";
  const Metadata kept = metadata(many + step);
  EXPECT_EQ(kept.size(), kMaxMetadataEntries + 1) << "what is used is kept wherever it stands";
  EXPECT_EQ(kept.at("global_step"), "7");
  std::string large;
  for (int i = 0; i < 100; ++i) large += "\"" + std::to_string(i) + R"(":")" + std::string(60'000, 'y') + "\",";
  EXPECT_EQ(metadata(large + step).size(), 70u) << "4 MiB in all";
}

TEST(Safetensors, SaysHowToCutOffWhatFollowsTheLastTensor) {
  const TemporaryFolder folder;
  const std::string header = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  const std::filesystem::path path = folder.write("it's mine.safetensors", safetensors_bytes(header, "1234567"));
  const std::string message = message_of(Code::safetensors_trailing_bytes, [&] { SafetensorsFile::open(path); });
  const size_t command = message.find("`truncate ");
  ASSERT_NE(command, std::string::npos) << message;
  EXPECT_NE(message.find("3 bytes after the last tensor belong to none"), std::string::npos) << message;
  const std::string said = message.substr(command + 1, message.find('`', command + 1) - command - 1);
  ASSERT_EQ(std::system(said.c_str()), 0) << said;
  EXPECT_EQ(SafetensorsFile::open(path).tensors().size(), 1u);
}

TEST(Safetensors, AcceptsWhatIsJustWithinTheLimits) {
  const auto parse = [](const std::string& header, size_t data_bytes) {
    const std::string file = safetensors_bytes(header, "");
    return parse_safetensors_header(std::as_bytes(std::span(file)), file.size() + data_bytes, "limits");
  };
  EXPECT_EQ(parse("{}" + std::string(kMaxHeaderBytes - 2, ' '), 0).data_begin, 8 + kMaxHeaderBytes);
  const std::string name(kMaxTensorNameBytes, 'n');
  EXPECT_EQ(
      parse("{\"" + name + R"(":{"dtype":"F8_E4M3","shape":[1,1,1,1,1],"data_offsets":[0,1]}})", 1).tensors[0].name,
      name);
  const std::string value(kMaxMetadataValue, 'v');
  EXPECT_EQ(parse(R"({"__metadata__":{"a":")" + value + "\"}}", 0).metadata.at("a"), value);
  std::string many = "{";
  for (size_t i = 0; i < kMaxTensors; ++i) {
    many.append(i ? ",\"" : "\"").append(std::to_string(i));
    many.append(R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})");
  }
  EXPECT_EQ(parse(many + "}", 0).tensors.size(), kMaxTensors);
}

TEST(Safetensors, AFileShortenedAfterOpeningIsAnErrorAndNoSignal) {
  const TemporaryFolder folder;
  for (int trial = 0; trial < 100; ++trial) {
    // Large enough that the end lies on pages of its own.
    const std::string header = R"({"a":{"dtype":"F16","shape":[50000],"data_offsets":[0,100000]}})";
    const auto path = folder.write("f", safetensors_bytes(header, std::string(100000, 'x')));
    const SafetensorsFile file = SafetensorsFile::open(path);
    std::filesystem::resize_file(path, static_cast<uintmax_t>(trial) * 1000);
    EXPECT_EQ(code_of([&] { file.read_f32("a"); }), Code::model_file_changed);
    EXPECT_EQ(code_of([&] { file.bytes(file.require("a")); }), Code::model_file_changed);
  }
}

TEST(Safetensors, AFileOverwrittenAfterOpeningIsAnError) {
  const TemporaryFolder folder;
  const auto path = folder.write("f", odd_file());
  const SafetensorsFile file = SafetensorsFile::open(path);
  EXPECT_NO_THROW(file.read_f32("f32"));
  {
    std::fstream(path, std::ios::in | std::ios::out | std::ios::binary) << "x";
    std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) + std::chrono::seconds(1));
  }
  EXPECT_EQ(code_of([&] { file.read_f32("f32"); }), Code::model_file_changed);
}

TEST(Safetensors, KeepsReadingAfterTheFileIsReplacedOrDeletedByName) {
  // What package managers and downloads do: the old file lives on behind the mapping.
  const TemporaryFolder folder;
  const auto path = folder.write("f", odd_file());
  const SafetensorsFile opened = SafetensorsFile::open(path);
  const Tensor before = opened.read_f32("f32");
  std::filesystem::remove(path);
  folder.write("f", "something else");
  expect_bits(opened.read_f32("f32"), {3}, {0x3F800000, 0x80000000, 0x7F7FFFFF});
}

TEST(Safetensors, StaysWholeWhenMoved) {
  const TemporaryFolder folder;
  SafetensorsFile first = SafetensorsFile::open(folder.write("f", odd_file()));
  const SafetensorsFile second = std::move(first);
  expect_bits(second.read_f32("f32"), {3}, {0x3F800000, 0x80000000, 0x7F7FFFFF});
}

TEST(Safetensors, OpeningWhatIsNoFileIsAnError) {
  const TemporaryFolder folder;
  EXPECT_EQ(code_of([&] { SafetensorsFile::open(folder / "missing.safetensors"); }), Code::model_part_missing);
  EXPECT_EQ(code_of([&] { SafetensorsFile::open(folder.path()); }), Code::model_file_unreadable);
  EXPECT_EQ(code_of([&] { SafetensorsFile::open(folder.write("empty", "")); }), Code::safetensors_too_short);
}

TEST(Safetensors, ReadsAFileWrittenByTheReferenceImplementation) {
  const SafetensorsFile file = golden("tiny-sd15/text.safetensors");
  EXPECT_EQ(file.metadata().at("arch"), "tiny-sd15");
  ASSERT_EQ(file.tensors().size(), 10u);
  // f32 and f64 of the same computation: a wrong offset or type would be far off, rounding is about 1e-6.
  const Tensor ours = file.read_f32("text_encoder/last_hidden_state");
  EXPECT_EQ(ours.shape(), (Shape{2, 77, 64}));
  ExpectClose("f32 against f64", ours.values(), read_golden(file, "text_encoder/last_hidden_state/f64").values,
              {.max_abs = 2e-5});
}

}  // namespace
}  // namespace redraw
