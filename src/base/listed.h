// Several words in one line of text.
#pragma once

#include <algorithm>
#include <iterator>
#include <ranges>
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
  const auto count = static_cast<std::ptrdiff_t>(std::ranges::size(words));
  if (count < 2) return joined(words);
  const auto last = std::ranges::next(std::ranges::begin(words), count - 1);
  return joined(std::ranges::subrange(std::ranges::begin(words), last)) + " or " + std::string(*last);
}

/// "a, b, c and 4 more": at most 10 of them by name.
inline std::string listed(const std::vector<std::string>& words) {
  constexpr size_t kMostNamed = 10;
  if (words.size() <= kMostNamed) return joined(words);
  return joined(words | std::views::take(kMostNamed)) + " and " + std::to_string(words.size() - kMostNamed) + " more";
}

}  // namespace redraw
