// Vocabularies that stand in tokenizer.json alone.
#include "text/tokenizer_json.h"

#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "support/error_of.h"
#include "support/sanitized.h"
#include "support/temporary_folder.h"
#include "text/clip_tokenizer.h"
#include "text/golden_prompts.h"

namespace redraw {
namespace {

using nlohmann::json;

const char* const kExpression =
    R"(<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)";

/// What transformers 5.23.0 saves beside vocabulary and merges.
json frame() {
  json whole = json::parse(R"({"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
    "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"},
      {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "}, {"type": "Lowercase"}]},
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
      {"type": "Split", "pattern": {"Regex": ""}, "behavior": "Removed", "invert": true},
      {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]},
    "post_processor": {"type": "RobertaProcessing", "sep": ["<|endoftext|>", 1], "cls": ["<|startoftext|>", 0],
      "trim_offsets": false, "add_prefix_space": false},
    "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
    "model": {"type": "BPE", "dropout": null, "unk_token": "<|endoftext|>", "continuing_subword_prefix": "",
      "end_of_word_suffix": "</w>", "fuse_unk": false, "byte_fallback": false, "ignore_merges": false}})");
  whole["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = kExpression;
  return whole;
}

enum class MergesAs { texts, pairs };

/// A folder's vocab.json and merges.txt as tokenizer.json.
json whole_of(const std::filesystem::path& folder, MergesAs form) {
  json whole = frame();
  whole["model"]["vocab"] = json::parse(read_bytes(folder / "vocab.json"));
  json& merges = whole["model"]["merges"] = json::array();
  std::istringstream lines(read_bytes(folder / "merges.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#version")) continue;
    const size_t space = line.find(' ');
    if (form == MergesAs::texts)
      merges.push_back(line);
    else
      merges.push_back({line.substr(0, space), line.substr(space + 1)});
  }
  return whole;
}

/// A merge; braces alone would be taken for an object.
json pair(const char* left, const char* right) {
  return json::array({left, right});
}

/// A small sound one: "a", "b", "ab" and the markers.
json small() {
  json whole = frame();
  whole["model"]["vocab"] = {
      {"a", 0}, {"a</w>", 1}, {"b", 2}, {"b</w>", 3}, {"ab", 4}, {"<|startoftext|>", 5}, {"<|endoftext|>", 6}};
  whole["model"]["merges"] = json::array({pair("a", "b")});
  return whole;
}

ClipTokenizer from(const json& whole, std::string_view config = "") {
  const std::string text = whole.dump();
  return ClipTokenizer::from_text({.tokenizer_config_json = config, .tokenizer_json = text}, "folder/");
}

TEST(TokenizerJson, GivesTheIdsOfTheTwoFilesInEveryFormOfTheMerges) {
  require_standard_vocabulary();
  for (const MergesAs form : {MergesAs::texts, MergesAs::pairs}) {
    const ClipTokenizer tokenizer = from(whole_of(kStandard, form));
    expect_all(tokenizer, kGolden / "clip.jsonl.gz", 10'000);
    expect_all(tokenizer, kGolden / "unicode.jsonl.gz", 2791);
    EXPECT_EQ(tokenizer.vocabulary_size(), 49408);
  }
}

TEST(TokenizerJson, IsReadHoweverItIsLaidOut) {
  const json whole = whole_of(kBox, MergesAs::pairs);
  const std::string config = read_bytes(kBox / "tokenizer_config.json");
  nlohmann::ordered_json merges_first = {{"model", {{"merges", whole["model"]["merges"]}}}};
  for (const auto& [name, value] : whole["model"].items()) merges_first["model"][name] = value;
  for (const std::string& text : {whole.dump(), whole.dump(2), whole.dump(-1, ' ', true), merges_first.dump()}) {
    const ClipTokenizer tokenizer =
        ClipTokenizer::from_text({.tokenizer_config_json = config, .tokenizer_json = text}, "folder/");
    for (const char* prompt : {"Rocket!", "a red apple", "crescent moon's 24 stars, \xc3\x89t\xc3\xa9"}) {
      EXPECT_EQ(tokenizer.tokenize(prompt).ids, box().tokenize(prompt).ids) << prompt;
    }
  }
}

TEST(TokenizerJson, AddsTokensAsTheReferenceDoes) {
  require_standard_vocabulary();
  const json standard_whole = whole_of(kStandard, MergesAs::pairs);
  const std::vector<json> setups = read_lines(kGolden / "tokenizer_json.jsonl");
  EXPECT_EQ(setups.size(), 16u);
  const auto file = [](const json& content) { return content.is_null() ? "" : content.dump(); };
  int64_t index = 0;
  for (const json& setup : setups) {
    if (!is_run(index++, 4)) continue;
    json shown = setup;
    shown.erase("cases");
    SCOPED_TRACE(shown.dump());
    json whole = standard_whole;
    const auto end = [](int id, const char* text) {
      return json{{"id", id}, {"content", text}, {"normalized", false}, {"special", true}};
    };
    whole["added_tokens"] =
        setup["added"].is_null() ? json{end(49406, "<|startoftext|>"), end(49407, "<|endoftext|>")} : setup["added"];
    for (const json& edit : setup["edits"]) {
      json* place = &whole;
      for (const json& key : edit[0])
        place = key.is_string() ? &(*place)[key.get<std::string>()] : &(*place)[key.get<size_t>()];
      *place = edit[1];
    }
    const std::string text = whole.dump();
    const std::string config = file(setup["config"]);
    const std::string map = file(setup["map"]);
    const std::string added = file(setup["legacy"]);
    const ClipTokenizer tokenizer = ClipTokenizer::from_text({.tokenizer_config_json = config,
                                                              .special_tokens_map_json = map,
                                                              .added_tokens_json = added,
                                                              .tokenizer_json = text});
    EXPECT_EQ(tokenizer.pad_id(), setup["pad"].get<int32_t>());
    for (const json& one : setup["cases"])
      EXPECT_EQ(tokenizer.encode(one[0].get<std::string>()), one[1].get<std::vector<int32_t>>()) << one[0];
  }
}

struct Refused {
  std::string name;
  std::function<void(json&)> change;
  Code code;
  std::string says;
};

TEST(TokenizerJson, RefusesEachOtherKindByName) {
  using enum Code;
  const auto set = [](const char* pointer, const json& value) {
    return [pointer, value](json& whole) { whole[json::json_pointer(pointer)] = value; };
  };
  const json token = {{"id", 7}, {"content", "<new>"}};
  const auto with_token = [&token](const char* field, const json& value) {
    return [token, field, value](json& whole) {
      json changed = token;
      changed[field] = value;
      whole["added_tokens"] = json::array({changed});
    };
  };
  const std::vector<Refused> table = {
      {"WordPiece", set("/model/type", "WordPiece"), model_unsupported, "'WordPiece'"},
      {"Unigram", [](json& w) { w["model"] = {{"type", "Unigram"}, {"vocab", json::array({json::array({"a", -1.5})})}}; }, model_unsupported,
       "'Unigram'"},
      {"type a list", set("/model/type", json::array()), model_unsupported, "'type' a list"},
      {"another end of word", set("/model/end_of_word_suffix", "@@"), model_unsupported, "'@@'"},
      {"no end of word", set("/model/end_of_word_suffix", nullptr), model_unsupported, "no 'end_of_word_suffix'"},
      {"a prefix", set("/model/continuing_subword_prefix", "##"), model_unsupported, "'##'"},
      {"byte fallback", set("/model/byte_fallback", true), model_unsupported, "'byte_fallback' true"},
      {"merges ignored", set("/model/ignore_merges", true), model_unsupported, "'ignore_merges' true"},
      {"fused", set("/model/fuse_unk", true), model_unsupported, "'fuse_unk' true"},
      {"dropout", set("/model/dropout", 0.1), model_unsupported, "'dropout' 0.1"},
      {"BERT's normalizer", set("/normalizer", {{"type", "BertNormalizer"}, {"lowercase", true}}), model_unsupported,
       "its normalizer ('BertNormalizer')"},
      {"letters as they are", [](json& w) { w["normalizer"]["normalizers"].erase(2); }, model_unsupported,
       "its normalizer ('NFC', 'Replace')"},
      {"NFKC", set("/normalizer/normalizers/0/type", "NFKC"), model_unsupported, "its normalizer ('NFKC', "},
      {"spaces to another", set("/normalizer/normalizers/1/content", "_"), model_unsupported, "its normalizer"},
      {"normalizer a text", set("/normalizer", "NFC"), model_unsupported, "its normalizer"},
      {"white space alone", set("/pre_tokenizer", {{"type", "Whitespace"}}), model_unsupported,
       "its pre_tokenizer ('Whitespace')"},
      {"another expression", set("/pre_tokenizer/pretokenizers/0/pattern/Regex", "\\w+"), model_unsupported,
       "its pre_tokenizer ('Split', 'ByteLevel')"},
      {"inverted", set("/pre_tokenizer/pretokenizers/0/invert", false), model_unsupported, "its pre_tokenizer"},
      {"a space before", set("/pre_tokenizer/pretokenizers/1/add_prefix_space", true), model_unsupported,
       "its pre_tokenizer"},
      {"digits besides", [](json& w) { w["pre_tokenizer"]["pretokenizers"].push_back({{"type", "Digits"}}); },
       model_unsupported, "'Digits'"},
      {"no model", [](json& w) { w.erase("model"); }, tokenizer_malformed, "no 'model'"},
      {"model a text", set("/model", "BPE"), tokenizer_malformed, "no 'model'"},
      {"no vocabulary", [](json& w) { w["model"].erase("vocab"); }, tokenizer_malformed, "no 'vocab'"},
      {"no merges", [](json& w) { w["model"].erase("merges"); }, tokenizer_malformed, "no 'merges'"},
      {"vocabulary a list", set("/model/vocab", {"a", "b"}), tokenizer_malformed, "'vocab' is not an object"},
      {"vocabulary a number", set("/model/vocab", 7), tokenizer_malformed, "'vocab' is not an object"},
      {"vocabulary empty", set("/model/vocab", json::object()), tokenizer_malformed, "no entries"},
      {"id a text", set("/model/vocab/a", "0"), tokenizer_malformed, "'a' is a string"},
      {"id an object", set("/model/vocab/a", json::object()), tokenizer_malformed, "'a' is an object"},
      {"id a list", set("/model/vocab/a", json::array()), tokenizer_malformed, "'a' is a list"},
      {"id negative", set("/model/vocab/a", -1), tokenizer_malformed, "'a' is -1"},
      {"id twice", set("/model/vocab/a", 1), tokenizer_malformed, "is taken"},
      {"a gap", set("/model/vocab/x", 9), tokenizer_malformed, "without gaps"},
      {"merges an object", set("/model/merges", json::object()), tokenizer_malformed, "'merges' is not a list"},
      {"merges a text", set("/model/merges", "a b"), tokenizer_malformed, "'merges' is not a list"},
      {"a merge of one", set("/model/merges", json::array({"ab"})), tokenizer_malformed, "merge 1"},
      {"a merge of three", set("/model/merges", {pair("a", "b"), {"a", "b", "a"}}), tokenizer_malformed, "merge 2"},
      {"a merge short", set("/model/merges", json::array({json::array({"a"})})), tokenizer_malformed, "merge 1"},
      {"a merge of numbers", set("/model/merges", json::array({1})), tokenizer_malformed, "merge"},
      {"a merge an object", set("/model/merges", json::array({json::object()})), tokenizer_malformed, "merge"},
      {"a merge nested", set("/model/merges", json::array({json::array({"a", json::array()})})), tokenizer_malformed, "merge 1"},
      {"a merge unknown", set("/model/merges", json::array({pair("a", "x")})), tokenizer_malformed, "'x'"},
      {"a merge with a space", set("/model/merges", json::array({pair("a ", "b")})), tokenizer_malformed, "'a '"},
      {"a merge twice", set("/model/merges", json::array({pair("a", "b"), pair("a", "b")})), tokenizer_malformed, "merge 2"},
      {"added an object", set("/added_tokens", json::object()), tokenizer_malformed, "'added_tokens' must be a list"},
      {"added texts", set("/added_tokens", {"<new>"}), json_wrong_type, "added_tokens"},
      {"added without id", set("/added_tokens", json::array({{{"content", "<new>"}}})), json_wrong_type, "added_tokens"},
      {"added id negative", with_token("id", -1), json_out_of_range, "added_tokens"},
      {"added id huge", with_token("id", uint64_t{1} << 63), json_out_of_range, "added_tokens"},
      {"added id wrong", with_token("id", 4), tokenizer_malformed, "'<new>'"},
      {"added empty", with_token("content", ""), tokenizer_malformed, "0 bytes"},
      {"added lstrip", with_token("lstrip", true), model_unsupported, "lstrip"},
      {"added many", [&token](json& w) {
         for (int i = 0; i < 300; ++i) (w["added_tokens"].push_back(token), w["added_tokens"].back()["id"] = i);
       }, tokenizer_malformed, "256"},
      {"many values", set("/decoder", std::vector<int>(20'000, 7)), tokenizer_malformed, "10000 values"},
      {"nested", set("/decoder", json::parse(std::string(20, '[') + std::string(20, ']'))), tokenizer_malformed,
       "16 levels"},
      {"no end token", [](json& w) { w["model"]["vocab"].erase("<|endoftext|>"); }, tokenizer_malformed,
       "'<|endoftext|>'"},
  };
  EXPECT_EQ(from(small()).encode("abb"), (std::vector<int32_t>{4, 3})) << "sound unless changed";
  for (const Refused& one : table) {
    SCOPED_TRACE(one.name);
    json whole = small();
    one.change(whole);
    try {
      from(whole);
      ADD_FAILURE() << "no Error";
    } catch (const Error& error) {
      const std::string message = error.what();
      EXPECT_EQ(code_info(error.code()).name, code_info(one.code).name) << message;
      EXPECT_TRUE(message.starts_with("folder/tokenizer.json")) << message;
      EXPECT_LT(message.size(), 500u);
      EXPECT_NE(message.find(one.says), std::string::npos) << message;
    }
  }
}

TEST(TokenizerJson, RefusesDamagedTexts) {
  const std::string sound = small().dump();
  const auto refused = [](const std::string& text) {
    return message_of(Code::tokenizer_malformed, [&] { ClipTokenizer::from_text({.tokenizer_json = text}); });
  };
  for (size_t size = 1; size < sound.size(); ++size) {
    EXPECT_NE(refused(sound.substr(0, size)).find("at byte"), std::string::npos) << size;
  }
  refused(sound + "x");
  refused("[]");
  refused("7");
  refused("{\"\xff\": 0}");
  refused(std::string(100'000, '['));
  EXPECT_NE(refused(R"({"model": {"vocab": {"a": 0}, "vocab": {"b": 0}}})").find("twice"), std::string::npos);
  EXPECT_NE(refused(R"({"model": {"merges": [], "merges": []}})").find("twice"), std::string::npos);
  EXPECT_NE(refused(R"({"model": {}, "model": {}})").find("twice"), std::string::npos);
}

// With another class what stands in the file is all there is: no normaliser is none.
TEST(TokenizerJson, NeedNotStateWhatClipTokenizerHasOfItsOwn) {
  json bare = small();
  bare["normalizer"] = nullptr;
  bare["pre_tokenizer"]["pretokenizers"] = json::array();
  EXPECT_EQ(from(bare).encode("ABB"), (std::vector<int32_t>{4, 3}));
  EXPECT_EQ(from(bare, R"({"tokenizer_class": "CLIPTokenizer"})").encode("ABB"), (std::vector<int32_t>{4, 3}));
  EXPECT_EQ(from(bare, R"({"tokenizer_class": "CLIPTokenizerFast"})").encode("ABB"), (std::vector<int32_t>{4, 3}));
  const std::string other = R"({"tokenizer_class": "PreTrainedTokenizerFast"})";
  message_of(Code::model_unsupported, [&] { from(bare, other); });
  EXPECT_EQ(from(small(), other).encode("ABB"), (std::vector<int32_t>{4, 3}));
}

class TokenizerJsonFolder : public ::testing::Test {
 protected:
  // Merges "a b", or none: the two forms can be told apart.
  void write_whole() { folder_.write("tokenizer.json", small().dump()); }
  void write_two(bool has_vocab, bool has_merges) {
    if (has_vocab) folder_.write("vocab.json", small()["model"]["vocab"].dump());
    if (has_merges) folder_.write("merges.txt", "#version: 0.2\n");
  }
  std::vector<int32_t> ids() const { return ClipTokenizer::load(folder_.path()).encode("abb"); }

  const std::vector<int32_t> merged_ = {4, 3};
  const std::vector<int32_t> apart_ = {0, 2, 3};
  TemporaryFolder folder_;
};

TEST_F(TokenizerJsonFolder, IsReadWhereOneOfTheTwoFilesIsMissing) {
  write_whole();
  EXPECT_EQ(ids(), merged_);
  write_two(true, false);
  EXPECT_EQ(ids(), merged_);
  std::filesystem::remove(folder_ / "vocab.json");
  write_two(false, true);
  EXPECT_EQ(ids(), merged_);
  write_two(true, true);
  EXPECT_EQ(ids(), apart_) << "the two files go first";
}

TEST_F(TokenizerJsonFolder, SaysWhatIsMissingAndWhatToDo) {
  const auto message = [&] { return message_of(Code::model_part_missing, [&] { ids(); }); };
  EXPECT_NE(message().find("has neither vocab.json and merges.txt nor tokenizer.json; fetch"), std::string::npos);
  write_two(true, false);
  EXPECT_NE(message().find("has no merges.txt, and no tokenizer.json instead; fetch"), std::string::npos);
  std::filesystem::create_symlink("gone", folder_ / "tokenizer.json");
  EXPECT_NE(message().find("has no merges.txt"), std::string::npos) << "a link that an interrupted download left";
}

TEST_F(TokenizerJsonFolder, FailsAsAModelWhateverIsWrongWithAFile) {
  folder_.write("tokenizer.json", "");
  EXPECT_EQ(code_of([&] { ids(); }), Code::tokenizer_malformed);
  std::filesystem::remove(folder_ / "tokenizer.json");
  std::filesystem::create_directory(folder_ / "tokenizer.json");
  EXPECT_EQ(code_of([&] { ids(); }), Code::model_file_unreadable);
  std::filesystem::remove(folder_ / "tokenizer.json");
  write_whole();
  std::filesystem::resize_file(folder_ / "tokenizer.json", (64 << 20) + 1);
  EXPECT_EQ(code_of([&] { ids(); }), Code::model_file_unreadable);
}

}  // namespace
}  // namespace redraw
