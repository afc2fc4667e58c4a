#include "base/suggest.h"

#include <algorithm>
#include <vector>

#include "base/ascii.h"
#include "base/listed.h"
#include "base/utf8.h"

namespace redraw {
namespace {

// Optimal string alignment distance.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = ascii_small(a[i - 1]) == ascii_small(b[j - 1]);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && ascii_small(a[i - 1]) == ascii_small(b[j - 2]) &&
                           ascii_small(a[i - 2]) == ascii_small(b[j - 1]);
      if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string nearest_name(std::string_view name, std::span<const std::string_view> candidates) {
  constexpr size_t kLongestCompared = 100;  // a longer "name" is no typing slip, and the table would grow
  if (name.size() > kLongestCompared) return {};
  std::string_view best;
  size_t best_distance = SIZE_MAX;
  for (std::string_view candidate : candidates) {
    const size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  const size_t allowed = std::max<size_t>(2, std::max(name.size(), best.size()) / 3);
  return best_distance <= allowed ? std::string(best) : std::string();
}

std::string unknown_name_message(std::string_view kind, std::string_view name,
                                 std::span<const std::string_view> candidates) {
  std::string message = "unknown " + std::string(kind) + " '" + std::string(cut_utf8(name, 100)) + "'";
  const std::string nearest = nearest_name(name, candidates);
  if (!nearest.empty()) message += "; did you mean '" + nearest + "'?";
  return message + " (known: " + joined(candidates) + ")";
}

}  // namespace redraw
