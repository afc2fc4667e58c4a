#include "text/merge_list.h"

#include <algorithm>

#include "base/error.h"

namespace redraw {
namespace {

constexpr std::string_view kVersionLine = "#version";
/// "ab c</w>" and a newline: to size the list once.
constexpr size_t kBytesPerMerge = 9;
/// Twenty times what CLIP has: a list costs 40 MB at most, whatever is in it.

}  // namespace

void MergeList::fail(int64_t number, const std::string& what) const {
  throw Error(Code::tokenizer_malformed, where + ": " + std::string(unit) + " " + std::to_string(number) + ": " + what);
}

void MergeList::add(std::string_view text, int64_t number) {
  const size_t space = text.find(' ');
  if (space == std::string_view::npos || text.find(' ', space + 1) != std::string_view::npos)
    fail(number, "a merge is two tokens with one space between them");
  add(text.substr(0, space), text.substr(space + 1), number);
}

void MergeList::add(std::string_view left, std::string_view right, int64_t number) {
  if (pairs.size() == kMaxMerges) fail(number, "more than " + std::to_string(kMaxMerges) + " merges");
  pairs.push_back({left, right, number});
}

bool has_same_pairs(const MergeList& a, const MergeList& b) {
  return std::ranges::equal(a.pairs, b.pairs, [](const MergePair& one, const MergePair& other) {
    return one.left == other.left && one.right == other.right;
  });
}

MergeList read_merges_txt(std::string_view text, const std::string& where) {
  MergeList merges{.where = where, .unit = "line", .pairs = {}};
  merges.pairs.reserve(std::min(text.size() / kBytesPerMerge, kMaxMerges));
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with(kVersionLine)) merges.add(line, number);
  }
  return merges;
}

}  // namespace redraw
