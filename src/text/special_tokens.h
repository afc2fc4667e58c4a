// What tokenizer_config.json, special_tokens_map.json and added_tokens.json say.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redraw {

/// A text that becomes one token wherever it stands in a prompt.
struct AddedToken {
  std::string text;
  /// false: looked for in the prompt as it was typed. true: looked for, normalised itself, in the normalised prompt, so
  /// that it matches in capitals as well.
  bool normalized = false;
  /// The id the file gives, where it gives one.
  std::optional<int32_t> id;
};

/// How many ids a prompt may be padded or cut to.
inline constexpr int64_t kMinPromptLength = 2;
inline constexpr int64_t kMaxPromptLength = 1 << 16;

struct SpecialTokens {
  std::string start;
  std::string end;
  std::string unknown;
  std::string pad;
  std::vector<AddedToken> added;  ///< the four above and any others, each once
  std::string listed_in;          ///< the file that gives the ids
  int64_t max_length = 77;        ///< ids a prompt is padded or cut to, start and end included
};

/// Reads the three files' texts; an empty one stands for a file that is not there. Without any, the tokens are CLIP's
/// own: <|startoftext|>, and <|endoftext|> for the rest. Where the files disagree, and in which order tokens count, is
/// as in transformers 5.23.0 (PreTrainedTokenizerBase._from_pretrained, TokenizersBackend.__init__).
/// special_tokens_map.json and added_tokens.json are read only if tokenizer_config.json has no "added_tokens_decoder";
/// the map then wins over the config. A missing or endless "model_max_length" is 77, CLIP's context.
/// tokenizer_json_added: the list "added_tokens" of the tokenizer.json that the vocabulary is from, or null. Its tokens
/// count as those of added_tokens.json, and go before them.
/// where: stands before the files' names in messages ("tokenizer/").
/// Throws Error: json_* for what is wrong with the JSON; tokenizer_malformed for a token without text or too many;
/// model_unsupported for the options lstrip, rstrip and single_word, which no CLIP model uses.
SpecialTokens read_special_tokens(std::string_view tokenizer_config, std::string_view special_tokens_map,
                                  std::string_view added_tokens, const nlohmann::json& tokenizer_json_added,
                                  const std::string& where);

/// Whether transformers would load the folder as a CLIPTokenizer (or, before version 5, CLIPTokenizerFast): so too when
/// tokenizer_config.json does not say, since model_index.json does. Throws Error(json_malformed).
bool is_clip_tokenizer_class(std::string_view tokenizer_config, const std::string& where);

}  // namespace redraw
