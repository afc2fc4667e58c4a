// vocab.json: token texts and their ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/probe_table.h"

namespace redraw {

/// The token texts of a byte-level vocabulary, each with its id; ids are 0..size()-1, each once.
class Vocabulary {
 public:
  /// Parses one JSON object of text: id pairs. `where` names the file in messages. Throws Error(tokenizer_malformed):
  /// not JSON, not an object, nested, no entries, more than 2^24 entries; a text or an id that comes twice; an id that
  /// is not an integer from 0 to the number of entries less one.
  static Vocabulary parse(std::string_view json, const std::string& where);
  /// Makes one entry by entry, from whatever lists them.
  class Builder;

  std::optional<int32_t> find(std::string_view text) const;
  /// Whether all entries of the other one are here, with the same ids. It may have more: tokens added later.
  bool has_entries_of(const Vocabulary& other) const;
  int64_t size() const { return static_cast<int64_t>(table_.size()); }

 private:
  struct Entry {
    int32_t number;  ///< in the order of the file
    int32_t id;
  };
  Vocabulary() = default;
  std::string_view text_of(int32_t number) const;

  std::string texts_;             // one after another, in the order of the file
  std::vector<uint32_t> starts_;  // of each text in texts_, and the end of the last
  ProbeTable<Entry> table_;       // by the hash of the text
};

class Vocabulary::Builder {
 public:
  /// where: names the list in messages. entries, bytes: how many entries and bytes of text are to be expected, to make
  /// room once.
  Builder(std::string where, size_t entries, size_t bytes);

  /// The text of an entry, whose id comes next. Throws as parse().
  void add_text(std::string_view text);
  void add_id(uint64_t id);
  /// An id that is no number: found says what it is. Throws Error(tokenizer_malformed).
  [[noreturn]] void refuse_id(const std::string& found) const;
  /// Throws as parse() for ids with gaps, and without entries.
  Vocabulary finish();

 private:
  [[noreturn]] void fail(const std::string& what) const;

  std::string where_;
  Vocabulary vocabulary_;
  std::string text_;  // of the entry whose id comes next
  std::vector<bool> seen_;
  int64_t highest_ = -1;
};

}  // namespace redraw
