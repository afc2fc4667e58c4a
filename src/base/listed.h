// Several words in one line of text.
#pragma once

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace redraw {

/// "a, b, c", with `separator` between two. words: any range of strings.
template <typename Words>
std::string joined(const Words& words, std::string_view separator = ", ") {
  std::string text;
  bool is_first = true;
  for (const auto& word : words) {
    if (!is_first) text += separator;
    text += word;
    is_first = false;
  }
  return text;
}

/// "a, b or c".
template <typename Words>
std::string joined_by_or(const Words& words) {
  std::string text;
  size_t left = std::size(words);
  for (const auto& word : words) {
    text += text.empty() ? "" : left == 1 ? " or " : ", ";
    text += word;
    --left;
  }
  return text;
}

/// "a, b, c and 4 more": at most 10 of them by name.
inline std::string listed(const std::vector<std::string>& words) {
  constexpr size_t kMostNamed = 10;
  if (words.size() <= kMostNamed) return joined(words);
  return joined(std::span(words).first(kMostNamed)) + " and " + std::to_string(words.size() - kMostNamed) + " more";
}

}  // namespace redraw
