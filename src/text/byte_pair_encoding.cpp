#include "text/byte_pair_encoding.h"

#include <algorithm>

#include "base/error.h"
#include "text/quote.h"

namespace redraw {
namespace {

constexpr std::string_view kEndOfWord = "</w>";
constexpr std::string_view kVersionLine = "#version";
/// "ab c</w>" and a newline: to size the table once.
constexpr size_t kBytesPerMerge = 9;

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

BytePairEncoding::BytePairEncoding(const Vocabulary& vocabulary, std::string_view merges, int32_t unknown_id,
                                   const std::string& where) {
  for (size_t byte = 0; byte < 256; ++byte) {
    const std::string symbol = byte_symbol(static_cast<uint8_t>(byte));
    inner_ids_[byte] = vocabulary.find(symbol).value_or(unknown_id);
    last_ids_[byte] = vocabulary.find(symbol + std::string(kEndOfWord)).value_or(unknown_id);
  }
  merges_ = ProbeTable<Merge>(std::min(merges.size() / kBytesPerMerge, static_cast<size_t>(vocabulary.size())));
  for (int64_t line_number = 1; !merges.empty(); ++line_number) {
    const size_t end = merges.find('\n');
    std::string_view line = merges.substr(0, end);
    merges.remove_prefix(end == std::string_view::npos ? merges.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with(kVersionLine)) add_merge(vocabulary, line, line_number, where);
  }
}

void BytePairEncoding::add_merge(const Vocabulary& vocabulary, std::string_view line, int64_t line_number,
                                 const std::string& where) {
  const auto fail = [&](const std::string& what) {
    throw Error(Code::tokenizer_malformed, where + ": line " + std::to_string(line_number) + ": " + what);
  };
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos)
    fail("a merge is two tokens with one space between them");
  const std::string_view left_text = line.substr(0, space);
  const std::string_view right_text = line.substr(space + 1);
  const auto require = [&](std::string_view text) {
    const std::optional<int32_t> id = vocabulary.find(text);
    if (!id) fail(quoted_text(text) + " is not in the vocabulary; are the two files of the same model?");
    return *id;
  };
  const int32_t left = require(left_text);
  const int32_t right = require(right_text);
  std::string whole(left_text);
  whole += right_text;
  const Merge merge{.rank = static_cast<int32_t>(merges_.size()), .id = require(whole)};
  if (!merges_.add(pair_key(left, right), merge)) fail("this merge is there twice");
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
