// Names for a message. Internal to checkpoint.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace redraw {

/// "a, b, c and 4 more": at most 10 of them by name.
inline std::string listed(const std::vector<std::string>& names) {
  constexpr size_t kMostNamed = 10;
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kMostNamed) text += " and " + std::to_string(names.size() - kMostNamed) + " more";
  return text;
}

}  // namespace redraw
