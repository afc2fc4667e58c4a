// Finding the tokens in a prompt that are not words: "<|endoftext|>" and the like.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redraw {

/// A set of texts, each with an id, to be found in others.
class AddedTokenFinder {
 public:
  /// text: not empty.
  void add(std::string text, int32_t id);

  struct Piece {
    std::string_view text;
    std::optional<int32_t> id;  ///< of the token that the text is; none for what lies between tokens
  };
  /// Cuts `text` into tokens and what is between them, in order; no piece is empty. From left to right, the longest
  /// token where several start at the same place.
  std::vector<Piece> split(std::string_view text) const;

 private:
  struct Entry {
    std::string text;
    int32_t id;
  };
  const Entry* match(std::string_view rest) const;

  std::vector<Entry> entries_;  // the longest first
  std::bitset<256> first_bytes_;
};

}  // namespace redraw
