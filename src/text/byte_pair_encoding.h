// Byte-level byte-pair encoding: cutting a word into tokens.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/merge_list.h"
#include "text/probe_table.h"
#include "text/vocabulary.h"

namespace redraw {

/// Byte-pair encoding (Sennrich et al. 2016) over the bytes of UTF-8, as in OpenAI's CLIP: each byte is one symbol, the
/// last one of a word carries "</w>", and neighbours merge in the order of the list.
class BytePairEncoding {
 public:
  /// unknown_id: what a byte becomes that the vocabulary has no symbol for. Throws Error(tokenizer_malformed), naming
  /// the merge: its parts or whole are not in the vocabulary, a pair that comes twice; and for so few
  /// merges that more than 256 entries come from none.
  BytePairEncoding(const Vocabulary& vocabulary, const MergeList& merges, int32_t unknown_id);

  /// Appends the ids of one word (its bytes, not empty). O(n log n) in its length: a prompt may be one word of 64 KiB.
  void encode(std::string_view word, std::vector<int32_t>& ids) const;

 private:
  struct Merge {
    int32_t rank;  ///< place in the list; the lowest goes first
    int32_t id;    ///< of the merged token
  };
  struct Candidate;

  const Merge* find(int32_t left, int32_t right) const;

  std::array<int32_t, 256> inner_ids_;  // of each byte inside a word
  std::array<int32_t, 256> last_ids_;   // of each byte at a word's end
  ProbeTable<Merge> merges_;            // by the ids of the two parts
};

/// The character that stands for a byte in vocab.json and merges.txt, as UTF-8: itself where that is printable in
/// Latin-1, else one from U+0100 on, in the order of the bytes (bytes_to_unicode of OpenAI's GPT-2).
std::string byte_symbol(uint8_t byte);

}  // namespace redraw
