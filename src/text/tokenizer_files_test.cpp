// Tokenizer folders that are broken, hostile or unusual.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "text/byte_pair_encoding.h"
#include "text/clip_tokenizer.h"
#include "text/probe_table.h"

namespace redraw {
namespace {

using nlohmann::json;

/// The bytes, the bytes at a word's end, "ab", "bc", "abc</w>" and the markers: 517 entries.
json small_vocabulary() {
  json vocab = json::object();
  for (std::string_view end : {"", "</w>"})
    for (int byte = 0; byte < 256; ++byte) {
      const auto id = vocab.size();
      vocab[byte_symbol(static_cast<uint8_t>(byte)) + std::string(end)] = id;
    }
  for (const char* text : {"ab", "bc", "abc</w>", "<|startoftext|>", "<|endoftext|>"}) {
    const auto id = vocab.size();
    vocab[text] = id;
  }
  return vocab;
}

constexpr std::string_view kMerges = "#version: 0.2\na b\nb c\nab c</w>\n";

TEST(TokenizerFiles, MergeInTheOrderOfTheFile) {
  const std::string vocab = small_vocabulary().dump();
  const int32_t ab = 512, bc = 513, abc = 514;
  const auto encode = [&](std::string_view merges, std::string_view text) {
    return ClipTokenizer::from_text({.vocab_json = vocab, .merges_txt = merges}).encode(text);
  };
  EXPECT_EQ(encode(kMerges, "abc"), std::vector<int32_t>{abc});
  EXPECT_EQ(encode(kMerges, "abcd"), (std::vector<int32_t>{ab, 'c', 'd' + 256}));
  EXPECT_EQ(encode("b c\na b\nab c</w>\n", "abcd"), (std::vector<int32_t>{'a', bc, 'd' + 256}));
  EXPECT_EQ(encode("b c\na b\nab c</w>\n", "abc abx"), (std::vector<int32_t>{abc, ab, 'x' + 256}));
  EXPECT_EQ(encode("", "ab"), (std::vector<int32_t>{'a', 'b' + 256}));
  EXPECT_EQ(encode("#version: 0.2\r\na b\r\n", "abx"), (std::vector<int32_t>{ab, 'x' + 256})) << "Windows line ends";
  EXPECT_EQ(encode("a b", "abx"), (std::vector<int32_t>{ab, 'x' + 256})) << "no newline at the end";
}

TEST(TokenizerFiles, UnknownBytesBecomeTheUnknownToken) {
  const std::string vocab = R"({"a": 0, "a</w>": 1, "<|startoftext|>": 2, "<|endoftext|>": 3})";
  const ClipTokenizer tokenizer = ClipTokenizer::from_text({.vocab_json = vocab});
  EXPECT_EQ(tokenizer.encode("aba b"), (std::vector<int32_t>{0, 3, 1, 3}));
}

TEST(TokenizerFiles, ByteSymbolsAreThoseOfGpt2) {
  EXPECT_EQ(byte_symbol('!'), "!");
  EXPECT_EQ(byte_symbol('~'), "~");
  EXPECT_EQ(byte_symbol(0), "\u0100");
  EXPECT_EQ(byte_symbol(' '), "\u0120");
  EXPECT_EQ(byte_symbol(0x7F), "\u0121");
  EXPECT_EQ(byte_symbol(0xA0), "\u0142");
  EXPECT_EQ(byte_symbol(0xA1), "\u00a1");
  EXPECT_EQ(byte_symbol(0xAD), "\u0143");
  EXPECT_EQ(byte_symbol(0xFF), "\u00ff");
}

struct Hostile {
  std::string name;
  std::string vocab;
  std::string merges;
  std::string config;
  std::string map;
  std::string added;
  Code code = Code::tokenizer_malformed;
  std::string says;  ///< part of the message
};

TEST(TokenizerFiles, RejectsHostileFilesEachForItsReason) {
  const json good = small_vocabulary();
  const auto with = [&good](const std::string& text, const json& id) {
    json vocab = good;
    vocab[text] = id;
    return vocab.dump();
  };
  const auto without = [&good](const std::string& text) {
    json vocab = good;
    vocab.erase(text);
    return vocab.dump();
  };
  const std::string same = good.dump();
  const std::string merges(kMerges);
  const std::string no_json = "not JSON, or not UTF-8, at byte";
  std::string many_tokens = R"({"additional_special_tokens": ["ab")";
  for (int i = 0; i < 300; ++i) many_tokens += R"(, "ab")";
  many_tokens += "]}";
  const auto token = [](const std::string& extra) {
    return R"({"pad_token": {"content": "<|endoftext|>")" + extra + "}}";
  };
  const auto decoder = [](const std::string& entries) { return R"({"added_tokens_decoder": )" + entries + "}"; };
  using enum Code;
  const std::vector<Hostile> table = {
      {"empty", "", merges, "", "", "", tokenizer_malformed, no_json},
      {"cut off", same.substr(0, same.size() / 2), merges, "", "", "", tokenizer_malformed, no_json},
      {"more behind", same + "x", merges, "", "", "", tokenizer_malformed, no_json},
      {"not UTF-8", "{\"\xff\": 0}", merges, "", "", "", tokenizer_malformed, no_json},
      {"half a surrogate", R"({"\ud800": 0})", merges, "", "", "", tokenizer_malformed, no_json},
      {"a list", R"(["a"])", merges, "", "", "", tokenizer_malformed, "not a JSON object"},
      {"a number", "7", merges, "", "", "", tokenizer_malformed, "not a JSON object"},
      {"null", "null", merges, "", "", "", tokenizer_malformed, "not a JSON object"},
      {"no entries", "{}", merges, "", "", "", tokenizer_malformed, "no entries"},
      {"nested", R"({"a": {"b": 0}})", merges, "", "", "", tokenizer_malformed, "is an object"},
      {"nested deeply", std::string(100'000, '['), merges, "", "", "", tokenizer_malformed, "not a JSON object"},
      {"nested deeply inside", "{\"a\":" + std::string(100'000, '['), merges, "", "", "", tokenizer_malformed,
       "a list"},
      {"id a string", with("a", "1"), merges, "", "", "", tokenizer_malformed, "'a' is a string"},
      {"id a fraction", with("a", 1.5), merges, "", "", "", tokenizer_malformed, "'a' is 1.5"},
      {"id null", with("a", nullptr), merges, "", "", "", tokenizer_malformed, "'a' is null"},
      {"id a boolean", with("a", true), merges, "", "", "", tokenizer_malformed, "'a' is a boolean"},
      {"id negative", with("a", -1), merges, "", "", "", tokenizer_malformed, "'a' is -1"},
      {"id beyond int32", with("a", int64_t{1} << 32), merges, "", "", "", tokenizer_malformed, "4294967296"},
      {"id beyond int64", R"({"a": 99999999999999999999})", merges, "", "", "", tokenizer_malformed, "999999"},
      {"id twice", with("a", 7), merges, "", "", "", tokenizer_malformed, "is taken"},
      {"a gap", with("x y", 600), merges, "", "", "", tokenizer_malformed, "without gaps"},
      {"text twice", R"({"a": 0, "a": 1})", merges, "", "", "", tokenizer_malformed, "'a' is there twice"},
      {"a text with control characters", "{\"\\u001b[2J\": -1}", merges, "", "", "", tokenizer_malformed,
       R"('\x1b[2J')"},
      {"no start token", R"({"<|endoftext|>": 0})", "", "", "", "", tokenizer_malformed, "'<|startoftext|>'"},
      {"no end token", R"({"<|startoftext|>": 0})", "", "", "", "", tokenizer_malformed, "'<|endoftext|>'"},
      {"one field", same, "#version\na b\nab\n", "", "", "", tokenizer_malformed, "line 3"},
      {"three fields", same, "a b c\n", "", "", "", tokenizer_malformed, "line 1"},
      {"an empty line", same, "a b\n\nb c\n", "", "", "", tokenizer_malformed, "line 2"},
      {"two spaces", same, "a  b\n", "", "", "", tokenizer_malformed, "line 1"},
      {"left unknown", same, "zz b\n", "", "", "", tokenizer_malformed, "'zz'"},
      {"right unknown", same, "a zz\n", "", "", "", tokenizer_malformed, "'zz'"},
      {"left empty", same, " b\n", "", "", "", tokenizer_malformed, "''"},
      {"whole unknown", same, "c a\n", "", "", "", tokenizer_malformed, "'ca'"},
      {"merge twice", same, "a b\nb c\na b\n", "", "", "", tokenizer_malformed, "line 3"},
      {"merges are binary", same, std::string("\0\xff\x80", 3), "", "", "", tokenizer_malformed, "line 1"},
      {"config no JSON", same, merges, "{", "", "", json_malformed, "tokenizer_config.json"},
      {"config a list", same, merges, "[]", "", "", json_malformed, "tokenizer_config.json"},
      {"map no JSON", same, merges, "", "{", "", json_malformed, "special_tokens_map.json"},
      {"added no JSON", same, merges, "", "", "{", json_malformed, "added_tokens.json"},
      {"pad a number", same, merges, R"({"pad_token": 3})", "", "", json_wrong_type, "pad_token"},
      {"pad without content", same, merges, R"({"pad_token": {}})", "", "", json_wrong_type, "content"},
      {"pad empty", same, merges, R"({"pad_token": ""})", "", "", tokenizer_malformed, "0 bytes"},
      {"pad long", same, merges, json{{"pad_token", std::string(129, 'a')}}.dump(), "", "", tokenizer_malformed, "129"},
      {"pad unknown", same, merges, R"({"pad_token": "[PAD]"})", "", "", tokenizer_malformed, "'[PAD]'"},
      {"unknown unknown", same, merges, "", R"({"unk_token": "[UNK]"})", "", tokenizer_malformed, "'[UNK]'"},
      {"lstrip", same, merges, token(R"(, "lstrip": true)"), "", "", model_unsupported, "lstrip"},
      {"rstrip", same, merges, "", token(R"(, "rstrip": true)"), "", model_unsupported, "rstrip"},
      {"single word", same, merges, "", token(R"(, "single_word": true)"), "", model_unsupported, "single_word"},
      {"normalized a string", same, merges, token(R"(, "normalized": "no")"), "", "", json_wrong_type, "normalized"},
      {"length 1", same, merges, R"({"model_max_length": 1})", "", "", json_out_of_range, "model_max_length"},
      {"length negative", same, merges, R"({"model_max_length": -77})", "", "", json_out_of_range, "model_max_length"},
      {"length a string", same, merges, R"({"model_max_length": "77"})", "", "", json_wrong_type, "model_max_length"},
      {"length 100000", same, merges, R"({"model_max_length": 100000})", "", "", json_out_of_range, "model_max_length"},
      {"decoder a list", same, merges, decoder("[]"), "", "", json_wrong_type, "added_tokens_decoder"},
      {"decoder of strings", same, merges, decoder(R"({"0": "a"})"), "", "", json_wrong_type, "added_tokens_decoder"},
      {"decoder id no number", same, merges, decoder(R"({"x": {"content": "a"}})"), "", "", tokenizer_malformed, "'x'"},
      {"decoder id signed", same, merges, decoder(R"({"-1": {"content": "a"}})"), "", "", tokenizer_malformed, "'-1'"},
      {"decoder id wrong", same, merges, decoder(R"({"5": {"content": "ab"}})"), "", "", tokenizer_malformed, "512"},
      {"decoder id far", same, merges, decoder(R"({"999999999": {"content": "new"}})"), "", "", tokenizer_malformed,
       "'new'"},
      {"decoder twice", same, merges, decoder(R"({"517": {"content": "new"}, "518": {"content": "new"}})"), "", "",
       tokenizer_malformed, "517"},
      {"added id negative", same, merges, "", "", R"({"new": -1})", json_out_of_range, "new"},
      {"added id a string", same, merges, "", "", R"({"new": "517"})", json_wrong_type, "new"},
      {"added id wrong", same, merges, "", "", R"({"new": 600})", tokenizer_malformed, "'new'"},
      {"too many tokens", same, merges, many_tokens, "", "", tokenizer_malformed, "256"},
      {"no symbol for a merge", without("b"), merges, "", "", "", tokenizer_malformed, "without gaps"},
  };
  for (const Hostile& one : table) {
    SCOPED_TRACE(one.name);
    try {
      ClipTokenizer::from_text({one.vocab, one.merges, one.config, one.map, one.added}, "folder/");
      ADD_FAILURE() << "no Error";
    } catch (const Error& error) {
      EXPECT_EQ(code_info(error.code()).name, code_info(one.code).name) << error.what();
      const std::string message = error.what();
      EXPECT_TRUE(message.starts_with("folder/")) << message;
      EXPECT_LT(message.size(), 400u);
      EXPECT_NE(message.find(one.says), std::string::npos) << message;
    }
  }
}

TEST(TokenizerFiles, RefusesMergesThatWereCutBetweenTwoLines) {
  json vocab = small_vocabulary();
  for (int i = 0; i < 252; ++i) {
    const auto id = vocab.size();
    vocab["x" + std::to_string(i)] = id;
  }
  const auto load = [&](std::string_view merges) {
    ClipTokenizer::from_text({.vocab_json = vocab.dump(), .merges_txt = merges});
  };
  EXPECT_NO_THROW(load("a b\n")) << "256 others";
  try {
    load("#version: 0.2\n");
    ADD_FAILURE() << "no Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::tokenizer_malformed);
    EXPECT_NE(std::string(error.what()).find("merges.txt: has only 0 merges, so that 257 tokens"), std::string::npos);
  }
}

TEST(TokenizerFiles, KeysMadeToCollideEndInAnErrorNotInQuadraticTime) {
  // The table multiplies by an odd constant and looks at the upper half: through the constant's inverse, these keys all
  // go to the same place.
  constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15u;
  uint64_t inverse = kMultiplier;  // Newton's iteration doubles the number of right bits
  for (int i = 0; i < 6; ++i) inverse *= 2 - kMultiplier * inverse;
  ASSERT_EQ(kMultiplier * inverse, 1u);
  ProbeTable<int32_t> table;
  int32_t added = 0;
  try {
    for (; added < 100'000; ++added) table.add(((uint64_t{7} << 32) + static_cast<uint64_t>(added)) * inverse, added);
    ADD_FAILURE() << "no Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::tokenizer_malformed);
  }
  EXPECT_GT(added, 100);
  EXPECT_LT(added, 2000);
}

TEST(TokenizerFiles, TakesTheLengthFromTheConfig) {
  const std::string vocab = small_vocabulary().dump();
  const auto length = [&](std::string_view config) {
    return ClipTokenizer::from_text({.vocab_json = vocab, .tokenizer_config_json = config}).max_length();
  };
  EXPECT_EQ(length(""), 77);
  EXPECT_EQ(length("{}"), 77);
  EXPECT_EQ(length(R"({"model_max_length": null})"), 77);
  EXPECT_EQ(length(R"({"model_max_length": 32})"), 32);
  EXPECT_EQ(length(R"({"model_max_length": 1000000000000000019884624838656})"), 77);
}

TEST(TokenizerFiles, AddedTokensExtendTheVocabulary) {
  const std::string vocab = small_vocabulary().dump();
  const ClipTokenizer tokenizer =
      ClipTokenizer::from_text({.vocab_json = vocab, .added_tokens_json = R"({"<two>": 518, "<one>": 517})"});
  EXPECT_EQ(tokenizer.vocabulary_size(), 519);
  EXPECT_EQ(tokenizer.encode("a<TWO>b<one>"), (std::vector<int32_t>{'a' + 256, 518, 'b' + 256, 517}));
}

class TokenizerFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "redraw-tokenizer-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  Code load_code() const {
    try {
      ClipTokenizer::load(folder_);
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(folder_.string()), std::string::npos) << error.what();
      return error.code();
    }
    ADD_FAILURE() << "no Error";
    return Code::internal;
  }

  std::filesystem::path folder_;
};

TEST_F(TokenizerFolder, IsReadWithAndWithoutTheOptionalFiles) {
  write("vocab.json", small_vocabulary().dump());
  write("merges.txt", kMerges);
  EXPECT_EQ(ClipTokenizer::load(folder_).pad_id(), 516);
  write("special_tokens_map.json", R"({"pad_token": "!"})");
  EXPECT_EQ(ClipTokenizer::load(folder_).pad_id(), '!');
  write("tokenizer_config.json", R"({"model_max_length": 9})");
  EXPECT_EQ(ClipTokenizer::load(folder_).max_length(), 9);
  write("added_tokens.json", R"({"<new>": 517})");
  EXPECT_EQ(ClipTokenizer::load(folder_).encode("<new>"), std::vector<int32_t>{517});
}

TEST_F(TokenizerFolder, NamesTheFileThatIsMissingOrNoFile) {
  EXPECT_EQ(load_code(), Code::model_part_missing);
  write("vocab.json", small_vocabulary().dump());
  EXPECT_EQ(load_code(), Code::model_part_missing);
  std::filesystem::create_directory(folder_ / "merges.txt");
  EXPECT_EQ(load_code(), Code::model_file_unreadable);
}

TEST_F(TokenizerFolder, RefusesFilesAbove64MiB) {
  write("vocab.json", small_vocabulary().dump());
  write("merges.txt", kMerges);
  std::filesystem::resize_file(folder_ / "merges.txt", (64 << 20) + 1);
  EXPECT_EQ(load_code(), Code::model_file_unreadable);
  write("merges.txt", kMerges);
  std::filesystem::resize_file(folder_ / "vocab.json", (64 << 20) + 1);
  EXPECT_EQ(load_code(), Code::model_file_unreadable);
}

}  // namespace
}  // namespace redraw
