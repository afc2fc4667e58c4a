#include "text/byte_pair_encoding.h"

#include <algorithm>

#include "base/error.h"
#include "text/quote.h"

namespace redraw {
namespace {

constexpr std::string_view kEndOfWord = "</w>";
/// Entries of a vocabulary that are neither bytes nor made by a merge: with CLIP two, the markers; some more where
/// tokens were added. Beyond that merges are missing, and a prompt would become other ids without a word.
constexpr int64_t kMostUnmade = 256;

bool stands_for_itself(int byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

/// Not 0, whatever the two ids.
uint64_t pair_key(int32_t left, int32_t right) {
  return static_cast<uint64_t>(left) << 32 | static_cast<uint64_t>(right + 1);
}

/// A symbol of the word being merged, in a list linked both ways; -1 is no neighbour.
struct Symbol {
  int32_t id;
  int32_t previous;
  int32_t next;
  bool is_gone;  ///< merged into the one before
};

}  // namespace

std::string byte_symbol(uint8_t byte) {
  int character = byte;
  if (!stands_for_itself(byte)) {
    character = 0x100;
    for (int lower = 0; lower < byte; ++lower) character += stands_for_itself(lower) ? 0 : 1;
  }
  if (character < 0x80) return std::string(1, static_cast<char>(character));
  return {static_cast<char>(0xC0 | character >> 6), static_cast<char>(0x80 | (character & 0x3F))};
}

BytePairEncoding::BytePairEncoding(const Vocabulary& vocabulary, const MergeList& merges, int32_t unknown_id) {
  int64_t bytes = 0;
  const auto id_of_byte = [&](const std::string& symbol) {
    const std::optional<int32_t> id = vocabulary.find(symbol);
    bytes += id ? 1 : 0;
    return id.value_or(unknown_id);
  };
  for (size_t byte = 0; byte < 256; ++byte) {
    const std::string symbol = byte_symbol(static_cast<uint8_t>(byte));
    inner_ids_[byte] = id_of_byte(symbol);
    last_ids_[byte] = id_of_byte(symbol + std::string(kEndOfWord));
  }
  merges_ = ProbeTable<Merge>(std::min(merges.pairs.size(), static_cast<size_t>(vocabulary.size())));
  std::string whole;
  for (const MergePair& pair : merges.pairs) {
    const auto require = [&](std::string_view text) {
      const std::optional<int32_t> id = vocabulary.find(text);
      if (!id)
        merges.fail(pair.number,
                    quoted_text(text) + " is not in the vocabulary; are vocabulary and merges of the same model?");
      return *id;
    };
    const int32_t left = require(pair.left);
    const int32_t right = require(pair.right);
    (whole = pair.left) += pair.right;
    const Merge merge{.rank = static_cast<int32_t>(merges_.size()), .id = require(whole)};
    if (!merges_.add(pair_key(left, right), merge)) merges.fail(pair.number, "this merge is there twice");
  }
  const int64_t unmade = vocabulary.size() - bytes - static_cast<int64_t>(merges_.size());
  if (unmade > kMostUnmade)
    throw Error(Code::tokenizer_malformed,
                merges.where + ": has only " + std::to_string(merges_.size()) + " merges, so that " +
                    std::to_string(unmade) +
                    " tokens of the vocabulary come from none; it is cut short, fetch it again");
}

const BytePairEncoding::Merge* BytePairEncoding::find(int32_t left, int32_t right) const {
  return merges_.find(pair_key(left, right));
}

/// A merge that was possible at `position` when it was noted down; it may be out of date when its turn comes.
struct BytePairEncoding::Candidate {
  Merge merge;
  int32_t position;

  /// For a heap whose top is the lowest rank, and the leftmost among equals.
  bool operator<(const Candidate& other) const {
    if (merge.rank != other.merge.rank) return merge.rank > other.merge.rank;
    return position > other.position;
  }
};

void BytePairEncoding::encode(std::string_view word, std::vector<int32_t>& ids) const {
  const auto count = static_cast<int32_t>(word.size());
  std::vector<Symbol> symbols(word.size());
  for (int32_t i = 0; i < count; ++i) {
    const auto byte = static_cast<uint8_t>(word[static_cast<size_t>(i)]);
    const bool is_last = i + 1 == count;
    symbols[static_cast<size_t>(i)] = {is_last ? last_ids_[byte] : inner_ids_[byte], i - 1, is_last ? -1 : i + 1,
                                       false};
  }
  const auto at = [&symbols](int32_t index) -> Symbol& { return symbols[static_cast<size_t>(index)]; };

  std::vector<Candidate> heap;
  heap.reserve(word.size());
  const auto note = [&](int32_t left, int32_t right) {
    if (left < 0 || right < 0) return false;
    const Merge* merge = find(at(left).id, at(right).id);
    if (merge == nullptr) return false;
    heap.push_back({*merge, left});
    return true;
  };
  for (int32_t i = 0; i + 1 < count; ++i) note(i, i + 1);
  std::make_heap(heap.begin(), heap.end());

  while (!heap.empty()) {
    const Candidate best = heap.front();
    std::pop_heap(heap.begin(), heap.end());
    heap.pop_back();
    Symbol& left = at(best.position);
    if (left.is_gone || left.next < 0) continue;
    Symbol& right = at(left.next);
    const Merge* current = find(left.id, right.id);
    if (current == nullptr || current->id != best.merge.id) continue;  // a neighbour has merged meanwhile

    left.id = best.merge.id;
    left.next = right.next;
    right.is_gone = true;
    if (left.next >= 0) at(left.next).previous = best.position;
    if (note(left.previous, best.position)) std::push_heap(heap.begin(), heap.end());
    if (note(best.position, left.next)) std::push_heap(heap.begin(), heap.end());
  }
  for (const Symbol& symbol : symbols)
    if (!symbol.is_gone) ids.push_back(symbol.id);
}

}  // namespace redraw
