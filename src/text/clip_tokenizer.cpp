#include "text/clip_tokenizer.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/error.h"
#include "base/input_file.h"
#include "base/utf8.h"
#include "text/added_token_finder.h"
#include "text/byte_pair_encoding.h"
#include "text/clip_normalize.h"
#include "text/clip_words.h"
#include "text/quote.h"
#include "text/special_tokens.h"
#include "text/tokenizer_json.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

namespace redraw {
namespace {

constexpr size_t kMaxFileBytes = size_t{64} << 20;
constexpr size_t kMaxPromptBytes = size_t{64} << 10;

std::string read(const std::filesystem::path& path) {
  return read_text_file(path, kMaxFileBytes, FileOf::model);
}

std::string read_if_there(const std::filesystem::path& path) {
  return is_missing(path) ? "" : read(path);
}

struct VocabularyTexts {
  std::string vocab;
  std::string merges;
  std::string whole;  ///< tokenizer.json, instead of the two
};

/// The two files that CLIP came with go first, and tokenizer.json counts where one of them is missing.
VocabularyTexts read_vocabulary(const std::filesystem::path& folder) {
  const std::filesystem::path vocab = folder / "vocab.json";
  const std::filesystem::path merges = folder / "merges.txt";
  const std::filesystem::path whole = folder / "tokenizer.json";
  if (!is_missing(vocab) && !is_missing(merges)) return {.vocab = read(vocab), .merges = read(merges), .whole = {}};
  if (!is_missing(whole)) {
    VocabularyTexts texts{.vocab = {}, .merges = {}, .whole = read(whole)};
    if (texts.whole.empty()) throw Error(Code::tokenizer_malformed, whole.string() + ": is empty; fetch it again");
    return texts;
  }
  const std::string lack = is_missing(vocab) && is_missing(merges)
                               ? "has neither vocab.json and merges.txt nor tokenizer.json"
                               : std::string("has no ") + (is_missing(vocab) ? "vocab.json" : "merges.txt") +
                                     ", and no tokenizer.json instead";
  throw Error(Code::model_part_missing,
              folder.string() + ": the tokenizer " + lack + "; fetch the model's tokenizer folder again");
}

}  // namespace

std::span<const std::string_view> tokenizer_file_names() {
  static constexpr std::string_view kNames[] = {
      "vocab.json",       "merges.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
      "added_tokens.json"};
  return kNames;
}

struct ClipTokenizer::Tables {
  BytePairEncoding words;
  AddedTokenFinder as_typed;       // looked for in the prompt itself
  AddedTokenFinder as_normalized;  // looked for once it is normalised
  int32_t start_id = 0;
  int32_t end_id = 0;
  int32_t pad_id = 0;
  int64_t max_length = 0;
  int64_t vocabulary_size = 0;
  int64_t plain_vocabulary_size = 0;
};

ClipTokenizer ClipTokenizer::load(const std::filesystem::path& folder) {
  const VocabularyTexts vocabulary = read_vocabulary(folder);
  const std::string config = read_if_there(folder / "tokenizer_config.json");
  const std::string map = read_if_there(folder / "special_tokens_map.json");
  const std::string added = read_if_there(folder / "added_tokens.json");
  return from_text({.vocab_json = vocabulary.vocab,
                    .merges_txt = vocabulary.merges,
                    .tokenizer_config_json = config,
                    .special_tokens_map_json = map,
                    .added_tokens_json = added,
                    .tokenizer_json = vocabulary.whole},
                   (folder / "").string());
}

std::string ClipTokenizer::difference_of_forms(const std::filesystem::path& folder) {
  for (const char* name : {"vocab.json", "merges.txt", "tokenizer.json"})
    if (is_missing(folder / name)) return {};
  const std::string where = (folder / "").string();
  const std::string merges_text = read(folder / "merges.txt");
  const std::string whole_text = read(folder / "tokenizer.json");
  const auto differs = [&](const std::string& what) {
    return folder.string() + ": tokenizer.json " + what +
           "; redraw reads vocab.json and merges.txt, so remove those two if tokenizer.json is right";
  };
  try {
    const TokenizerJson whole = read_tokenizer_json(whole_text, true, where + "tokenizer.json");
    if (!whole.vocabulary.has_entries_of(Vocabulary::parse(read(folder / "vocab.json"), where + "vocab.json")))
      return differs("has another vocabulary than vocab.json");
    if (!has_same_pairs(whole.merges, read_merges_txt(merges_text, where + "merges.txt")))
      return differs("has other merges than merges.txt");
  } catch (const Error& e) {
    return std::string(e.what()) + "; redraw reads vocab.json and merges.txt instead";
  }
  return {};
}

ClipTokenizer ClipTokenizer::load_standard(const std::filesystem::path& folder, std::string_view pad) {
  const std::string vocab = read(folder / "vocab.json");
  const std::string merges = read(folder / "merges.txt");
  const std::string config =
      R"({"model_max_length": 77, "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", )"
      R"("unk_token": "<|endoftext|>", "pad_token": ")" +
      std::string(pad) + "\"}";
  return from_text({.vocab_json = vocab, .merges_txt = merges, .tokenizer_config_json = config},
                   (folder / "").string());
}

ClipTokenizer ClipTokenizer::from_text(const TokenizerFiles& files, const std::string& where) {
  std::optional<TokenizerJson> whole;
  if (!files.tokenizer_json.empty())
    whole = read_tokenizer_json(files.tokenizer_json, is_clip_tokenizer_class(files.tokenizer_config_json, where),
                                where + "tokenizer.json");
  const SpecialTokens special =
      read_special_tokens(files.tokenizer_config_json, files.special_tokens_map_json, files.added_tokens_json,
                          whole ? whole->added_tokens : nlohmann::json(), where);
  const Vocabulary vocabulary =
      whole ? std::move(whole->vocabulary) : Vocabulary::parse(files.vocab_json, where + "vocab.json");

  std::vector<std::pair<std::string_view, int32_t>> beyond;  // tokens that come on top of the vocabulary
  const auto find = [&](const std::string& text) -> std::optional<int32_t> {
    for (const auto& [known, id] : beyond)
      if (known == text) return id;
    return vocabulary.find(text);
  };
  const auto require = [&](const std::string& text) {
    const std::optional<int32_t> id = find(text);
    if (!id)
      throw Error(Code::tokenizer_malformed, where + (whole ? "tokenizer.json" : "vocab.json") +
                                                 ": the special token " + quoted_text(text) +
                                                 " is not in the vocabulary");
    return *id;
  };
  AddedTokenFinder as_typed;
  AddedTokenFinder as_normalized;
  for (const AddedToken& token : special.added) {
    const int64_t next_id = vocabulary.size() + static_cast<int64_t>(beyond.size());
    if (token.id == next_id && !find(token.text)) beyond.emplace_back(token.text, *token.id);
    const int32_t id = require(token.text);
    if (token.id && *token.id != id)
      throw Error(Code::tokenizer_malformed, where + special.listed_in + ": the added token " +
                                                 quoted_text(token.text) + " has id " + std::to_string(*token.id) +
                                                 " there but " + std::to_string(id) + " in the vocabulary");
    if (!token.normalized)
      as_typed.add(token.text, id);
    else if (std::string text = clip_normalize(token.text); !text.empty())
      as_normalized.add(std::move(text), id);
  }
  const int32_t unknown = require(special.unknown);
  const MergeList merges = whole ? std::move(whole->merges) : read_merges_txt(files.merges_txt, where + "merges.txt");
  return ClipTokenizer(std::make_shared<const Tables>(
      Tables{.words = BytePairEncoding(vocabulary, merges, unknown),
             .as_typed = std::move(as_typed),
             .as_normalized = std::move(as_normalized),
             .start_id = require(special.start),
             .end_id = require(special.end),
             .pad_id = require(special.pad),
             .max_length = special.max_length,
             .vocabulary_size = vocabulary.size() + static_cast<int64_t>(beyond.size()),
             .plain_vocabulary_size = std::max<int64_t>({vocabulary.size(), require(special.start) + 1,
                                                         require(special.end) + 1, require(special.pad) + 1})}));
}

// A prompt's ids, and where in its normalised text the words stand that they are of.
struct ClipTokenizer::Encoded {
  struct Word {
    int64_t first_id;
    size_t place;
  };
  std::vector<int32_t> ids = {};
  std::string text = {};
  std::vector<Word> words = {};

  void begin_word(size_t place) { words.push_back({static_cast<int64_t>(ids.size()), place}); }

  // The text from the word on that id number `first` belongs to.
  std::string text_from(int64_t first) const {
    constexpr size_t kMostBytes = 60;
    const auto after = std::ranges::upper_bound(words, first, {}, &Word::first_id);
    const std::string_view rest = std::string_view(text).substr(std::prev(after)->place);
    const std::string_view shown = cut_utf8(rest, kMostBytes);
    return std::string(shown) + (shown.size() < rest.size() ? "..." : "");
  }
};

std::vector<int32_t> ClipTokenizer::encode(std::string_view utf8) const {
  return encode_words(utf8).ids;
}

ClipTokenizer::Encoded ClipTokenizer::encode_words(std::string_view utf8) const {
  if (utf8.size() > kMaxPromptBytes)
    throw Error(Code::prompt_too_long, "the prompt has " + std::to_string(utf8.size()) + " bytes; at most " +
                                           std::to_string(kMaxPromptBytes) + " are read, so shorten it");
  if (const std::optional<size_t> position = first_invalid_utf8(utf8))
    throw Error(Code::prompt_not_utf8,
                "the prompt is not UTF-8 text at byte " + std::to_string(*position) + "; convert it to UTF-8");

  Encoded encoded;
  for (const AddedTokenFinder::Piece& typed : tables_->as_typed.split(utf8)) {
    const size_t begin = encoded.text.size();
    if (typed.id) {
      encoded.begin_word(begin);
      encoded.text += typed.text;
      encoded.ids.push_back(*typed.id);
      continue;
    }
    const std::string normalized = clip_normalize(typed.text);
    encoded.text += normalized;
    const auto place_of = [&](std::string_view part) {
      return begin + static_cast<size_t>(part.data() - normalized.data());
    };
    for (const AddedTokenFinder::Piece& piece : tables_->as_normalized.split(normalized)) {
      if (piece.id) {
        encoded.begin_word(place_of(piece.text));
        encoded.ids.push_back(*piece.id);
        continue;
      }
      for (std::string_view word : split_words(piece.text)) {
        encoded.begin_word(place_of(word));
        tables_->words.encode(word, encoded.ids);
      }
    }
  }
  return encoded;
}

ClipTokenizer::Tokens ClipTokenizer::tokenize(std::string_view utf8, int64_t length) const {
  if (length < kMinPromptLength || length > kMaxPromptLength)
    throw Error(Code::out_of_range, "a prompt's length of " + std::to_string(length) + " ids is not in [" +
                                        std::to_string(kMinPromptLength) + ", " + std::to_string(kMaxPromptLength) +
                                        "]");
  const Encoded encoded = encode_words(utf8);
  const std::vector<int32_t>& prompt = encoded.ids;
  const auto count = static_cast<int64_t>(prompt.size());
  Tokens tokens;
  tokens.used = std::min(count, length - 2);
  tokens.dropped = count - tokens.used;
  if (tokens.dropped > 0) tokens.dropped_text = encoded.text_from(tokens.used);
  tokens.ids.reserve(static_cast<size_t>(length));
  tokens.ids.push_back(tables_->start_id);
  tokens.ids.insert(tokens.ids.end(), prompt.begin(), prompt.begin() + tokens.used);
  tokens.ids.push_back(tables_->end_id);
  tokens.ids.resize(static_cast<size_t>(length), tables_->pad_id);
  return tokens;
}

int32_t ClipTokenizer::start_id() const {
  return tables_->start_id;
}
int32_t ClipTokenizer::end_id() const {
  return tables_->end_id;
}
int32_t ClipTokenizer::pad_id() const {
  return tables_->pad_id;
}
int64_t ClipTokenizer::max_length() const {
  return tables_->max_length;
}
int64_t ClipTokenizer::vocabulary_size() const {
  return tables_->vocabulary_size;
}
int64_t ClipTokenizer::plain_vocabulary_size() const {
  return tables_->plain_vocabulary_size;
}

}  // namespace redraw
