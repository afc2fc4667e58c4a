// A prompt as the ids that CLIP's text encoders take.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace redraw {

/// The texts of a tokenizer folder's files. An empty one of the last four stands for a file that is not there.
/// tokenizer.json, where it is given, stands for vocab.json and merges.txt, which are then not looked at.
struct TokenizerFiles {
  std::string_view vocab_json = {};
  std::string_view merges_txt = {};
  std::string_view tokenizer_config_json = {};
  std::string_view special_tokens_map_json = {};
  std::string_view added_tokens_json = {};
  std::string_view tokenizer_json = {};
};

/// The files of a tokenizer folder that ClipTokenizer::load looks at.
std::span<const std::string_view> tokenizer_file_names();

/// CLIP's byte-level byte-pair encoding (Radford et al. 2021), id for id as transformers 5.23.0's CLIPTokenizer on the
/// same folder, except for letters that Unicode took in after ICU's tables were made. Cheap to copy; safe to use from
/// several threads.
class ClipTokenizer {
 public:
  /// Reads vocab.json and merges.txt of a folder, or tokenizer.json (transformers 5 saves nothing else) where one of
  /// the two is missing; and, where they are, tokenizer_config.json, special_tokens_map.json and added_tokens.json; at
  /// most 64 MiB each. Throws Error: model_part_missing and model_file_* for the files, tokenizer_malformed,
  /// model_unsupported and json_* for what is in them.
  static ClipTokenizer load(const std::filesystem::path& folder);
  /// What a folder's vocab.json and merges.txt, which load() reads, have otherwise than its tokenizer.json: a sentence
  /// with the folder; empty where they agree, or the folder has not both. Throws as load().
  static std::string difference_of_forms(const std::filesystem::path& folder);
  /// OpenAI's own vocabulary, of which `folder` holds vocab.json and merges.txt (scripts/clip-vocabulary), for models
  /// that bring none. pad: "<|endoftext|>" for CLIP, "!" (id 0) for OpenCLIP. Throws as load().
  static ClipTokenizer load_standard(const std::filesystem::path& folder, std::string_view pad);
  /// The same from memory. where: stands before the files' names in messages.
  static ClipTokenizer from_text(const TokenizerFiles& files, const std::string& where = "");

  /// The ids of a prompt of at most 64 KiB, without start and end tokens, however many they are. The text of a special
  /// token inside the prompt becomes that token; "!" is one where it is the pad token.
  /// Throws Error: prompt_too_long, prompt_not_utf8 (with the position of the byte).
  std::vector<int32_t> encode(std::string_view utf8) const;

  struct Tokens {
    std::vector<int32_t> ids;  ///< start, the prompt's first ids, end, pad...
    int64_t used = 0;          ///< ids of the prompt that found room
    int64_t dropped = 0;       ///< ids of the prompt that did not
    /// The prompt from the first word on that is not there as a whole, normalised, at most 60 bytes and then "...".
    std::string dropped_text = {};
  };
  /// What a text encoder gets: exactly `length` ids, of which the prompt has at most length - 2. length is in
  /// [2, 65536], else Error(out_of_range); otherwise throws as encode() does.
  Tokens tokenize(std::string_view utf8, int64_t length) const;
  /// With the length the model asks for, 77 with every CLIP.
  Tokens tokenize(std::string_view utf8) const { return tokenize(utf8, max_length()); }

  int32_t start_id() const;
  int32_t end_id() const;
  int32_t pad_id() const;
  /// "model_max_length"; 77 where the folder does not say.
  int64_t max_length() const;
  /// Ids are below this: the entries of vocab.json and the tokens added to them.
  int64_t vocabulary_size() const;
  /// The ids of any prompt without added tokens are below this: the entries of vocab.json, start, end and padding.
  int64_t plain_vocabulary_size() const;

 private:
  struct Tables;
  struct Encoded;
  Encoded encode_words(std::string_view utf8) const;
  explicit ClipTokenizer(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}

  std::shared_ptr<const Tables> tables_;
};

}  // namespace redraw
