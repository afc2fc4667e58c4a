#include "checkpoint/standard_tokenizer.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/input_file.h"
#include "base/json.h"
#include "text/clip_tokenizer.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

// Every word of the vocabulary that is plain letters, as prompts of a length that the tokenizer takes.
std::vector<std::string> prompts_of_all_words(const fs::path& vocabulary) {
  constexpr size_t kLongest = size_t{32} << 10;
  constexpr std::string_view kWordEnd = "</w>";
  std::vector<std::string> prompts(1);
  const JsonObject words = JsonObject::read(vocabulary / "vocab.json", FileOf::model);
  for (const auto& [token, id] : words.raw().items()) {
    const std::string word = token.ends_with(kWordEnd) ? token.substr(0, token.size() - kWordEnd.size()) : token;
    if (!std::ranges::all_of(word, [](char c) { return c >= '!' && c <= '~'; })) continue;
    if (prompts.back().size() + word.size() > kLongest) prompts.emplace_back();
    prompts.back() += word + " ";
  }
  return prompts;
}

std::string difference(const ClipTokenizer& own, const ClipTokenizer& standard, const fs::path& vocabulary) {
  if (own.vocabulary_size() != standard.vocabulary_size()) {
    return fmt::format("it has {} tokens, CLIP's {}", own.vocabulary_size(), standard.vocabulary_size());
  }
  if (own.max_length() != standard.max_length()) {
    return fmt::format("prompts are cut at {} tokens, CLIP's at {}", own.max_length(), standard.max_length());
  }
  if (own.pad_id() != standard.pad_id()) {
    return fmt::format("it fills prompts up with token {}, CLIP's with {}", own.pad_id(), standard.pad_id());
  }
  if (own.start_id() != standard.start_id() || own.end_id() != standard.end_id())
    return "prompts begin or end otherwise";
  for (const std::string& prompt : prompts_of_all_words(vocabulary)) {
    if (own.encode(prompt) != standard.encode(prompt)) return "its words are others";
  }
  return {};
}

}  // namespace

void require_standard_tokenizers(const Checkpoint& checkpoint, const fs::path& vocabulary) {
  for (const char* name : {"tokenizer", "tokenizer_2"}) {
    const auto folder = checkpoint.tokenizer_folder(name);
    if (!folder) continue;
    if (!is_there(vocabulary / "vocab.json")) {
      throw Error(Code::file_not_found, "a model in one file needs CLIP's vocabulary, which is not in " +
                                            vocabulary.string() + "; run scripts/clip-vocabulary " +
                                            vocabulary.string());
    }
    const bool is_open_clip = std::string_view(name) == "tokenizer_2" || checkpoint.spec().family == Family::sd2;
    const ClipTokenizer standard = ClipTokenizer::load_standard(vocabulary, is_open_clip ? "!" : "<|endoftext|>");
    const std::string why = difference(ClipTokenizer::load(*folder), standard, vocabulary);
    if (why.empty()) continue;
    throw Error(Code::model_unsupported, folder->string() + ": is not CLIP's own tokenizer (" + why +
                                             "), and one file has no place for another; convert to a folder");
  }
}

}  // namespace redraw
