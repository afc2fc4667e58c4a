// Damaged and hostile indexes of sharded weights, one table; each must be refused with exactly its code.
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/error_of.h"
#include "weights/safetensors/safetensors_header.h"
#include "weights/shards/shard_index.h"

namespace redraw {
namespace {

using namespace std::string_literals;

struct Hostile {
  std::string name;
  std::string text;
  Code code;
};

std::string with_file(const std::string& json_string) {
  return R"({"metadata": {}, "weight_map": {"a": ")" + json_string + "\"}}";
}
std::string with_map(const std::string& map) {
  return R"({"weight_map": )" + map + "}";
}
std::string repeated(const std::string& text, size_t times) {
  std::string result;
  for (size_t i = 0; i < times; ++i) result += text;
  return result;
}
// So many tensors in so many files, one a file or all in the last.
std::string many(size_t tensors, size_t files) {
  std::string map = "{";
  for (size_t i = 0; i < tensors; ++i) {
    map.append(i ? ",\"" : "\"").append(std::to_string(i)).append("\":\"f");
    map.append(std::to_string(std::min(i, files - 1))).append("\"");
  }
  return with_map(map + "}");
}

std::vector<Hostile> hostile_indexes() {
  std::vector<Hostile> rows = {
      {"nothing", "", Code::index_malformed},
      {"only spaces", "  ", Code::index_malformed},
      {"a list", "[]", Code::index_malformed},
      {"a text", "\"weight_map\"", Code::index_malformed},
      {"a number", "1", Code::index_malformed},
      {"null", "null", Code::index_malformed},
      {"half an object", "{", Code::index_malformed},
      {"two objects", with_file("f") + "{}", Code::index_malformed},
      {"a trailing comma", R"({"weight_map": {"a": "f",}})", Code::index_malformed},
      {"a NUL after the object", with_file("f") + "\0"s, Code::index_malformed},
      {"an object hidden behind a NUL", with_file("f") + "\0{}"s, Code::index_malformed},
      {"no UTF-8 in a name", with_map("{\"caf\xE9\": \"f\"}"), Code::index_malformed},
      {"no UTF-8 in a file's name", with_file("\xC0\xAF"), Code::index_malformed},
      {"half a surrogate pair", with_file("\\ud800"), Code::index_malformed},
      {"no weight_map", R"({"metadata": {}})", Code::index_malformed},
      {"an empty weight_map", with_map("{}"), Code::index_malformed},
      {"weight_map as a list", with_map("[\"a\"]"), Code::index_malformed},
      {"weight_map as a text", with_map("\"f\""), Code::index_malformed},
      {"weight_map as null", with_map("null"), Code::index_malformed},
      {"a weight_map within the metadata", R"({"metadata": {"weight_map": {"a": "f"}}})", Code::index_malformed},
      {"a weight_map within a list", R"([{"weight_map": {"a": "f"}}])", Code::index_malformed},
      {"a number for a file", with_map(R"({"a": 1})"), Code::index_malformed},
      {"null for a file", with_map(R"({"a": null})"), Code::index_malformed},
      {"a list for a file", with_map(R"({"a": ["f"]})"), Code::index_malformed},
      {"an object for a file", with_map(R"({"a": {"b": "f"}})"), Code::index_malformed},
      {"a tensor twice in one file", with_map(R"({"a": "f", "a": "f"})"), Code::index_malformed},
      {"a tensor twice in two files", with_map(R"({"a": "f", "a": "g"})"), Code::index_malformed},
      {"a tensor twice, written in two ways", with_map(R"({"a": "f", "\u0061": "g"})"), Code::index_malformed},
      {"weight_map twice", R"({"weight_map": {"a": "f"}, "weight_map": {"a": "g"}})", Code::index_malformed},
      {"metadata twice", R"({"metadata": {}, "weight_map": {"a": "f"}, "metadata": {}})", Code::index_malformed},
      {"a key of the metadata twice", R"({"metadata": {"a": 1, "a": 2}, "weight_map": {"a": "f"}})",
       Code::index_malformed},
      {"a NUL in the metadata", R"({"metadata": {"a": "\u0000"}, "weight_map": {"a": "f"}})", Code::index_malformed},
      {"a tensor without a name", with_map(R"({"": "f"})"), Code::index_malformed},
      {"a NUL in a tensor's name", with_map(R"({"a\u0000": "f"})"), Code::index_malformed},
      {"a tensor's name of 1,025 bytes", with_map("{\"" + std::string(1025, 'a') + "\": \"f\"}"),
       Code::index_malformed},
      {"a million brackets", "{\"a\": " + repeated("[", 1'000'000), Code::index_malformed},
      {"a million braces", repeated("{\"a\":", 1'000'000), Code::index_malformed},
      {"nine levels", "{\"a\": " + repeated("[", 8) + repeated("]", 8) + "}", Code::index_malformed},
      {"1,001 files", many(1'001, 1'001), Code::index_malformed},
      {"50,001 tensors", many(50'001, 1), Code::index_malformed},
  };
  for (const char* name : {"",
                           ".",
                           "..",
                           "../f",
                           "..\\\\f",
                           "a/../../f",
                           "a/f",
                           "./f",
                           "f/",
                           "/etc/passwd",
                           "//server/share/f",
                           "\\\\\\\\server\\\\share\\\\f",
                           "\\\\\\\\?\\\\C:\\\\f",
                           "C:\\\\f",
                           "C:f",
                           "a\\\\f",
                           "f\\u0000.safetensors",
                           "\\u0000",
                           "f\\n",
                           "file:///etc/passwd",
                           "\\u002e\\u002e\\u002ff",
                           "\\/etc\\/passwd"}) {
    rows.push_back({"the file "s + name, with_file(name), Code::index_leaves_folder});
  }
  rows.push_back({"a file's name of 256 bytes", with_file(std::string(256, 'f')), Code::index_leaves_folder});
  return rows;
}

TEST(ShardIndexHostile, EveryIndexIsRefusedWithItsOwnCode) {
  const std::vector<Hostile> rows = hostile_indexes();
  EXPECT_GE(rows.size(), 20u);
  for (const Hostile& row : rows) {
    try {
      parse_shard_index(row.text, "m.index.json");
      ADD_FAILURE() << "accepted: " << row.name;
    } catch (const Error& e) {
      const std::string_view message = e.what();
      EXPECT_EQ(code_info(e.code()).name, code_info(row.code).name) << row.name << ": " << message;
      EXPECT_EQ(message.find_first_of("\n\0"s), std::string_view::npos) << "one line";
      EXPECT_LT(message.size(), 500u);
      EXPECT_TRUE(message.starts_with("m.index.json: ")) << message;
    }
  }
}

TEST(ShardIndexHostile, AcceptsWhatRealIndexesHoldAndWhatIsJustWithinTheLimits) {
  const ShardIndex index = parse_shard_index(
      R"({"metadata": {"total_size": 1.5e9, "by": "redraw", "more": [["x"], {"a": "b"}]}, "other": ["y"],)"
      R"( "weight_map": {"b": "f..safetensors", "a": "..f", "c": "..f"}})",
      "m");
  EXPECT_EQ(index.files, (std::vector<std::string>{"..f", "f..safetensors"}));
  ASSERT_EQ(index.tensors.size(), 3u);
  EXPECT_EQ(index.tensors[0].name, "a");
  EXPECT_EQ(index.tensors[1].file, 1u);
  EXPECT_EQ(index.metadata, (std::map<std::string, std::string>{{"by", "redraw"}}));
  EXPECT_EQ(parse_shard_index(R"({"metadata": ["x", "y"], "weight_map": {"a": "f"}})", "m").metadata.size(), 0u);
  EXPECT_EQ(parse_shard_index(many(kMaxShards, kMaxShards), "m").files.size(), kMaxShards);
  EXPECT_EQ(parse_shard_index(many(kMaxTensors, 1), "m").tensors.size(), kMaxTensors);
  EXPECT_EQ(parse_shard_index(with_file(std::string(255, 'f')), "m").files.size(), 1u);
  EXPECT_NO_THROW(
      parse_shard_index("{\"x\": " + repeated("[", 7) + repeated("]", 7) + ", \"weight_map\": {\"a\": \"f\"}}", "m"));
}

TEST(ShardIndexHostile, KnowsTheNamesOfIndexes) {
  for (const char* name :
       {"a.index.json", "a.safetensors.index.json", "a.safetensors.index.fp16.json", ".index.json"}) {
    EXPECT_TRUE(is_shard_index_name(name)) << name;
  }
  for (const char* name : {"model_index.json", "index.json", "a.index", "a.index.json.part", "config.json", "", ".json",
                           "a.index.fp16.x.json"}) {
    EXPECT_FALSE(is_shard_index_name(name)) << name;
  }
}

}  // namespace
}  // namespace redraw
