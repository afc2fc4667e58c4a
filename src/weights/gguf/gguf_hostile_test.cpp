// Damaged and hostile GGUF files, one table; each must be refused with exactly its code. A new finding becomes a row.
#include <functional>
#include <gtest/gtest.h>
#include <set>

#include "base/error.h"
#include "support/gguf_bytes.h"
#include "support/temporary_folder.h"
#include "weights/gguf/gguf.h"
#include "weights/safetensors/safetensors_header.h"

namespace redraw {
namespace {

using namespace std::string_literals;

struct Hostile {
  std::string name;
  std::string bytes;
  Code code;
};

constexpr uint64_t kFar = uint64_t{1} << 63;

// A correct file of one tensor, before somebody spoils it.
GgufBytes good() {
  GgufBytes file;
  file.tensor("a", {4}, 0, 0).zeros(16);
  return file;
}

std::string with(const std::function<void(GgufBytes&)>& spoil) {
  GgufBytes file = good();
  spoil(file);
  return file.bytes();
}

std::string missing_value() {
  GgufBytes file;
  file.missing_values = 1;
  return file.bytes();
}

// A correct file but for one value.
std::string value(std::string_view key, GgufType type, const std::string& bytes) {
  return with([&](GgufBytes& file) { file.value(key, type, bytes); });
}
std::string array(std::string_view key, GgufType type, uint64_t count, const std::string& elements) {
  return with([&](GgufBytes& file) { file.array(key, type, count, elements); });
}
// An array that says it has 2^64 - 1 elements, and fills the rest of the file.
std::string endless(GgufType type, char filling) {
  return GgufBytes().array("k", type, UINT64_MAX, std::string(8'000, filling)).bytes();
}
std::string alignment(GgufType type, const std::string& bytes) {
  return value("general.alignment", type, bytes);
}
std::string original_shape(const std::vector<int32_t>& extents) {
  std::string elements;
  for (int32_t extent : extents) elements += number_bytes(extent);
  return array("comfy.gguf.orig_shape.a", GgufType::int32, extents.size(), elements);
}

// A file of one tensor.
std::string tensor(std::string_view name, const std::vector<uint64_t>& extents, uint32_t type = 0, uint64_t offset = 0,
                   size_t bytes = 4096) {
  GgufBytes file;
  return file.tensor(name, extents, type, offset).zeros(bytes).bytes();
}
// A file of two tensors of F32.
std::string two(uint64_t first_count, uint64_t second_offset, uint64_t second_count, uint64_t first_offset = 0) {
  GgufBytes file;
  file.tensor("a", {first_count}, 0, first_offset).tensor("b", {second_count}, 0, second_offset);
  return file.zeros(4096).bytes();
}

void add_lengths(std::vector<Hostile>& rows) {
  const std::string whole = good().bytes();
  rows.insert(
      rows.end(),
      {
          {"an empty file", "", Code::gguf_too_short},
          {"three bytes", "GGU", Code::gguf_too_short},
          {"only the magic", "GGUF", Code::gguf_too_short},
          {"no counts", whole.substr(0, 8), Code::gguf_too_short},
          {"no count of values", whole.substr(0, 16), Code::gguf_too_short},
          {"cut within a name", whole.substr(0, 32), Code::gguf_too_short},
          {"cut within an extent", whole.substr(0, 40), Code::gguf_too_short},
          {"cut before the data", good().header(), Code::gguf_too_short},
          {"cut within the data", whole.substr(0, whole.size() - 1), Code::gguf_too_short},
          {"one tensor too few", with([](GgufBytes& file) {
             file.data.clear();
             file.missing_tensors = 1;
           }),
           Code::gguf_too_short},
          {"one value too few", missing_value(), Code::gguf_too_short},
          {"50,001 tensors", with([](GgufBytes& file) { file.missing_tensors = 50'000; }), Code::gguf_too_large},
          {"2^64 - 1 tensors", with([](GgufBytes& file) { file.missing_tensors = UINT64_MAX - 1; }),
           Code::gguf_too_large},
          {"10,001 values", with([](GgufBytes& file) { file.missing_values = 10'001; }), Code::gguf_too_large},
          {"2^63 values", with([](GgufBytes& file) { file.missing_values = kFar; }), Code::gguf_too_large},
          {"other magic", with([](GgufBytes& file) { file.magic = "GGML"; }), Code::gguf_malformed},
          {"the magic reversed", with([](GgufBytes& file) { file.magic = "FUGG"; }), Code::gguf_malformed},
          {"a zip archive", "PK\3\4"s + std::string(100, '\0'), Code::gguf_malformed},
      });
  for (const uint32_t version : {0u, 1u, 4u, 0x02000000u, 0x03000000u, UINT32_MAX}) {
    rows.push_back({"version " + std::to_string(version), with([=](GgufBytes& file) { file.version = version; }),
                    Code::gguf_unsupported_version});
  }
}

void add_values(std::vector<Hostile>& rows) {
  const std::string one = number_bytes<uint64_t>(1);
  rows.insert(
      rows.end(),
      {
          {"a value of type 13", value("k", static_cast<GgufType>(13), one), Code::gguf_malformed},
          {"a value of type 2^32 - 1", value("k", static_cast<GgufType>(UINT32_MAX), one), Code::gguf_malformed},
          {"an array of type 13", array("k", static_cast<GgufType>(13), 1, one), Code::gguf_malformed},
          {"an array of arrays", array("k", GgufType::array, 1, one + one + one), Code::gguf_malformed},
          {"an array of no arrays", array("k", GgufType::array, 0, ""), Code::gguf_malformed},
          {"a bool of 2", value("k", GgufType::boolean, "\2"), Code::gguf_malformed},
          {"a bool of 255 in an array", array("k", GgufType::boolean, 3, "\1\0\xFF"s), Code::gguf_malformed},
          {"a key twice", with([](GgufBytes& file) { file.text("k", "1").text("k", "2"); }), Code::gguf_malformed},
          {"a key twice with different types",
           with([](GgufBytes& file) { file.text("k", "1").value("k", GgufType::uint8, "\1"); }), Code::gguf_malformed},
          {"an empty key", value("", GgufType::uint8, "\1"), Code::gguf_malformed},
          {"a NUL in a key", value("k\0"s, GgufType::uint8, "\1"), Code::gguf_malformed},
          {"a line feed in a key", value("k\n", GgufType::uint8, "\1"), Code::gguf_malformed},
          {"a key of no UTF-8", value("caf\xE9", GgufType::uint8, "\1"), Code::gguf_malformed},
          {"a key of 2,049 bytes", value(std::string(2049, 'k'), GgufType::uint8, "\1"), Code::gguf_too_large},
          {"a key of 2^63 bytes", with([](GgufBytes& file) { file.values.push_back(number_bytes(kFar)); }),
           Code::gguf_too_large},
          {"a text of no UTF-8", value("k", GgufType::string, gguf_string("\xED\xA0\x80")), Code::gguf_malformed},
          {"a NUL in a text", value("k", GgufType::string, gguf_string("a\0b"s)), Code::gguf_malformed},
          {"a text of 2^64 - 1 bytes", value("k", GgufType::string, number_bytes(UINT64_MAX)), Code::gguf_too_short},
          {"a text longer than the file", value("k", GgufType::string, number_bytes<uint64_t>(100'000)),
           Code::gguf_too_short},
          {"a text of 2^63 bytes in an array", array("k", GgufType::string, 1, number_bytes(kFar)),
           Code::gguf_too_short},
          {"a text longer than the file in an array", array("k", GgufType::string, 1, number_bytes<uint64_t>(1'000)),
           Code::gguf_too_short},
          {"2^64 - 1 texts in an array", endless(GgufType::string, '\0'), Code::gguf_too_short},
          {"2^64 - 1 numbers of 64 bits", array("k", GgufType::uint64, UINT64_MAX, one), Code::gguf_too_short},
          {"2^61 numbers of 64 bits, wrapping to 0", array("k", GgufType::uint64, kFar >> 2, one),
           Code::gguf_too_short},
          {"2^62 + 1 numbers of 32 bits, wrapping to 4", array("k", GgufType::int32, (kFar >> 1) + 1, one),
           Code::gguf_too_short},
          {"2^64 - 1 bools", endless(GgufType::boolean, '\1'), Code::gguf_too_short},
          {"an array longer than the file", array("k", GgufType::uint8, 1'000, "x"), Code::gguf_too_short},
      });
}

void add_known_keys(std::vector<Hostile>& rows) {
  for (const uint32_t number : {0u, 3u, 31u, 33u, 1u << 21, 1u << 31, UINT32_MAX}) {
    rows.push_back({"alignment " + std::to_string(number), alignment(GgufType::uint32, number_bytes(number)),
                    Code::gguf_malformed});
  }
  rows.insert(
      rows.end(),
      {
          {"an alignment of 64 bits", alignment(GgufType::uint64, number_bytes<uint64_t>(32)), Code::gguf_malformed},
          {"a signed alignment", alignment(GgufType::int32, number_bytes(32)), Code::gguf_malformed},
          {"an alignment in words", alignment(GgufType::string, gguf_string("32")), Code::gguf_malformed},
          {"a used text that is too long",
           with([](GgufBytes& file) { file.text("modelspec.prediction_type", std::string(65537, 'v')); }),
           Code::gguf_too_large},
          {"a used text of 2^63 bytes", value("redraw.configs", GgufType::string, number_bytes(kFar)),
           Code::gguf_too_large},
          {"a used text with a NUL", value("redraw.defaults", GgufType::string, gguf_string("v\0"s)),
           Code::gguf_malformed},
          {"a used key with a truth value", value("modelspec.prediction_type", GgufType::boolean, "\1"),
           Code::gguf_malformed},
          {"a used key with a list", array("redraw.configs", GgufType::string, 1, gguf_string("v")),
           Code::gguf_malformed},
          {"an original shape that is no array", value("comfy.gguf.orig_shape.a", GgufType::int32, number_bytes(4)),
           Code::gguf_malformed},
          {"an original shape of 64 bits",
           array("comfy.gguf.orig_shape.a", GgufType::int64, 1, number_bytes<uint64_t>(4)), Code::gguf_malformed},
          {"an original shape of six dimensions", original_shape({1, 1, 1, 1, 2, 2}), Code::gguf_malformed},
          {"an original shape of 2^63 dimensions",
           array("comfy.gguf.orig_shape.a", GgufType::int32, kFar, number_bytes(4)), Code::gguf_malformed},
          {"an original shape with a negative dimension", original_shape({-2, -2}), Code::gguf_malformed},
          {"an original shape whose product wraps to 0", original_shape({1 << 16, 1 << 16, 1 << 16, 1 << 16, 4}),
           Code::gguf_malformed},
          {"an original shape of fewer elements", original_shape({3}), Code::gguf_bad_tensor},
          {"an original shape of more elements", original_shape({2, 4}), Code::gguf_bad_tensor},
          {"an original shape of none", original_shape({}), Code::gguf_bad_tensor},
      });
}

void add_tensors(std::vector<Hostile>& rows) {
  rows.insert(
      rows.end(),
      {
          {"an empty name", tensor("", {4}), Code::gguf_bad_tensor},
          {"a NUL in a name", tensor("a\0b"s, {4}), Code::gguf_bad_tensor},
          {"a line feed in a name", tensor("a\n", {4}), Code::gguf_bad_tensor},
          {"a name of no UTF-8", tensor("\xC0\xAF", {4}), Code::gguf_bad_tensor},
          {"a name of 1,025 bytes", tensor(std::string(1025, 'a'), {4}), Code::gguf_bad_tensor},
          {"a name of 2^64 - 1 bytes", with([](GgufBytes& file) { file.tensors.push_back(number_bytes(UINT64_MAX)); }),
           Code::gguf_bad_tensor},
          {"a name longer than the file",
           with([](GgufBytes& file) { file.tensors = {number_bytes<uint64_t>(500) + "abc"}; }), Code::gguf_too_short},
          {"two tensors of one name", with([](GgufBytes& file) { file.tensor("a", {4}, 0, 32).zeros(64); }),
           Code::gguf_bad_tensor},
          {"two empty tensors of one name",
           with([](GgufBytes& file) { file.tensor("e", {0}, 0, 0).tensor("e", {0}, 0, 0); }), Code::gguf_bad_tensor},
          {"five dimensions", tensor("a", {1, 1, 1, 1, 1}), Code::gguf_bad_tensor},
          {"2^32 - 1 dimensions", with([](GgufBytes& file) {
             file.tensors[0] = gguf_string("a") + number_bytes(UINT32_MAX) + std::string(100, '\1');
           }),
           Code::gguf_bad_tensor},
          {"a dimension of 2^63", tensor("a", {kFar}), Code::gguf_bad_tensor},
          {"a dimension of -1", tensor("a", {UINT64_MAX}), Code::gguf_bad_tensor},
          {"a product that wraps to 0", tensor("a", {kFar >> 31, kFar >> 31}), Code::gguf_bad_tensor},
          {"a product that wraps to 4", tensor("a", {(kFar >> 1) + 1, 4}), Code::gguf_bad_tensor},
          {"a product that wraps and a zero inside", tensor("a", {0, kFar >> 1, kFar >> 1}), Code::gguf_bad_tensor},
          {"a product that wraps before a zero", tensor("a", {INT64_MAX, 0, INT64_MAX, 2}), Code::gguf_bad_tensor},
          {"bytes that wrap to 4", tensor("a", {(kFar >> 1) + 1}), Code::gguf_bad_tensor},
          {"bytes of 2^63", tensor("a", {kFar >> 2}), Code::gguf_bad_tensor},
          {"bytes of blocks that wrap", tensor("a", {INT64_MAX - 31}, 8), Code::gguf_bad_tensor},
          {"an end that wraps", tensor("a", {(kFar >> 2) - 1}, 0, kFar - 32), Code::gguf_bad_tensor},
          {"a tensor of 2^60 bytes", tensor("a", {kFar >> 5}), Code::gguf_too_short},
          {"a tensor one byte longer than the file", tensor("a", {1'025}), Code::gguf_too_short},
          {"an offset behind the end", tensor("a", {4}, 0, 4'096), Code::gguf_too_short},
          {"an empty tensor behind the end", tensor("a", {0}, 0, 4'128), Code::gguf_too_short},
          {"an offset of 2^62", tensor("a", {4}, 0, kFar >> 1), Code::gguf_too_short},
          {"an offset of 2^63", tensor("a", {4}, 0, kFar), Code::gguf_bad_tensor},
          {"an offset of 2^64 - 32", tensor("a", {4}, 0, UINT64_MAX - 31), Code::gguf_bad_tensor},
          {"an offset of 1", tensor("a", {4}, 0, 1), Code::gguf_bad_tensor},
          {"an offset of 16", tensor("a", {4}, 0, 16), Code::gguf_bad_tensor},
          {"an offset of no multiple of the file's alignment", with([](GgufBytes& file) {
             file.value("general.alignment", GgufType::uint32, number_bytes(64u)).tensor("b", {4}, 0, 32);
             file.alignment = 64;
             file.zeros(128);
           }),
           Code::gguf_bad_tensor},
          {"Q4_0 with rows of 31", tensor("a", {31}, 2), Code::gguf_bad_tensor},
          {"Q8_0 with rows of 33", tensor("a", {33, 32}, 8), Code::gguf_bad_tensor},
          {"Q4_K with rows of 128", tensor("a", {128, 2}, 12), Code::gguf_bad_tensor},
          {"a scalar of Q6_K", tensor("a", {}, 14), Code::gguf_bad_tensor},
          {"two tensors on one range", two(8, 0, 8), Code::gguf_overlap},
          {"two tensors that share bytes", two(9, 32, 8), Code::gguf_overlap},
          {"a tensor inside another", two(64, 64, 1), Code::gguf_overlap},
          {"a tensor in the padding of its forerunner", two(8, 0, 1), Code::gguf_overlap},
          {"an empty tensor inside another", two(64, 32, 0), Code::gguf_overlap},
          {"overlap in the other order", two(8, 0, 16, 32), Code::gguf_overlap},
      });
  for (const uint32_t type : {4u, 5u, 9u, 10u, 11u, 15u, 16u, 23u, 29u, 31u, 34u, 39u, 42u, 1'000u, UINT32_MAX}) {
    rows.push_back({"type " + std::to_string(type), tensor("a", {256}, type), Code::gguf_unsupported_type});
  }
}

std::vector<Hostile> hostile_files() {
  std::vector<Hostile> rows;
  add_lengths(rows);
  add_values(rows);
  add_known_keys(rows);
  add_tensors(rows);
  return rows;
}

std::string code_of_open(const std::filesystem::path& path) {
  try {
    GgufFile::open(path);
  } catch (const Error& e) {
    const std::string_view message = e.what();
    EXPECT_EQ(message.find_first_of("\n\0"s), std::string_view::npos) << "one line";
    EXPECT_LT(message.size(), 500u) << message;
    return std::string(code_info(e.code()).name);
  }
  return "accepted";
}

TEST(GgufHostile, EveryFileIsRefusedWithItsOwnCode) {
  const TemporaryFolder folder;
  const std::vector<Hostile> rows = hostile_files();
  EXPECT_GE(rows.size(), 60u);
  for (const Hostile& row : rows) {
    EXPECT_EQ(code_of_open(folder.write("hostile.gguf", row.bytes)), code_info(row.code).name) << row.name;
  }
  EXPECT_EQ(code_of_open(folder.write("good.gguf", good().bytes())), "accepted");
}

TEST(GgufHostile, TheTableReachesEveryCodeOfTheGroup) {
  std::set<Code> reached;
  for (const Hostile& row : hostile_files()) reached.insert(row.code);
  for (const CodeInfo& info : error_codes()) {
    if (info.name.starts_with("gguf_")) {
      EXPECT_TRUE(reached.contains(info.code)) << info.name;
    }
  }
}

TEST(GgufHostile, AHeaderOfMoreThanItsLimitIsRefusedWithoutBeingRead) {
  // A file that says it is 2^60 bytes long, nearly all of it one array.
  GgufBytes file;
  const std::string head = file.array("k", GgufType::uint8, uint64_t{1} << 59, "").bytes();
  uint64_t read = 0;
  const ReadAt read_at = [&](uint64_t offset, std::span<std::byte> out) {
    read += out.size();
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = offset + i < head.size() ? static_cast<std::byte>(head[offset + i]) : std::byte{0};
    }
  };
  try {
    parse_gguf_header(read_at, uint64_t{1} << 60, "f");
    ADD_FAILURE();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::gguf_too_large);
  }
  EXPECT_LE(read, uint64_t{1} << 16);
}

}  // namespace
}  // namespace redraw
