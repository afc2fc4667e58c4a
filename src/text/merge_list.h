// The merges of byte-pair encoding, as a file lists them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace redraw {

inline constexpr size_t kMaxMerges = 1'000'000;

/// Two neighbouring tokens that become one.
struct MergePair {
  std::string_view left;
  std::string_view right;
  int64_t number;  ///< where it stands in its file, from 1 on
};

/// The most urgent merge first. The views point into the text that the list was made of.
struct MergeList {
  std::string where;      ///< the file, for messages
  std::string_view unit;  ///< what `number` counts: "line", "merge"
  std::vector<MergePair> pairs;

  /// Throws Error(tokenizer_malformed) about the pair with that number.
  [[noreturn]] void fail(int64_t number, const std::string& what) const;
  /// text: "left right". Throws Error(tokenizer_malformed) unless it is two fields with one space between them, and
  /// after a million merges.
  void add(std::string_view text, int64_t number);
  void add(std::string_view left, std::string_view right, int64_t number);
};

/// Whether both list the same merges in the same order.
bool has_same_pairs(const MergeList& a, const MergeList& b);

/// The text of merges.txt: one "left right" a line; lines that start with "#version" are skipped. Throws
/// Error(tokenizer_malformed), naming `where` and the line.
MergeList read_merges_txt(std::string_view text, const std::string& where);

}  // namespace redraw
