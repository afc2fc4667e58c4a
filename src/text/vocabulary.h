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
  /// Parses one JSON object of text: id pairs. `where` names the file in messages.
  /// Throws Error(tokenizer_malformed): not JSON, not an object, nested, an id that is not an integer from 0 to the
  /// number of entries less one, a text or an id that comes twice, no entries, more than 2^24 entries.
  static Vocabulary parse(std::string_view json, const std::string& where);

  std::optional<int32_t> find(std::string_view text) const;
  int64_t size() const { return static_cast<int64_t>(table_.size()); }

 private:
  class Reader;
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

}  // namespace redraw
