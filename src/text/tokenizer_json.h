// tokenizer.json: what the tokenizers library writes, and transformers since version 5 alone.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "text/merge_list.h"
#include "text/vocabulary.h"

namespace redraw {

struct TokenizerJson {
  Vocabulary vocabulary;
  MergeList merges;
  nlohmann::json added_tokens;  ///< a list; null where the file has none
  std::vector<char> texts;      ///< of the merges, which point into it: to be moved, not copied
};

/// Reads a tokenizer.json of CLIP's kind: byte-level BPE with "</w>" at the end of words. Merges may be texts "a b" or
/// pairs ["a", "b"]. is_clip_class: the tokenizer is loaded as transformers' CLIPTokenizer, which has a normaliser and
/// a pre-tokeniser of its own (5.23.0, CLIPTokenizer.__init__). The file then need not state them, but what it states
/// must be CLIP's. Post-processor, decoder, truncation and padding change no id of a prompt and are not looked at.
/// where: names the file in messages. Throws Error: tokenizer_malformed for what is wrong with the JSON, the vocabulary
/// or the merges; model_unsupported naming what is not CLIP's: another model than BPE, options that give other ids,
/// another normaliser or pre-tokeniser.
TokenizerJson read_tokenizer_json(std::string_view text, bool is_clip_class, const std::string& where);

}  // namespace redraw
