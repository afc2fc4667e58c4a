#include "request/prompt_syntax.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

#include "base/ascii.h"
#include "base/utf8.h"

namespace redraw {
namespace {

constexpr size_t kLongest = 200;  // of a piece; what is longer is no syntax that somebody typed
constexpr size_t kMostShown = 80;
constexpr std::string_view kNone;

// A letter of any script: all that is not ASCII counts as one.
bool is_letter(char c) {
  return is_ascii_letter(c) || static_cast<unsigned char>(c) >= 0x80;
}

bool is_word(char c) {
  return is_letter(c) || is_ascii_digit(c) || c == '_';
}

bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::ranges::equal(text.substr(0, lower.size()), lower, [](char a, char b) { return ascii_small(a) == b; });
}

// The end of a number like 1.3 that stands at `at`; `at` where there is none.
size_t end_of_number(std::string_view text, size_t at) {
  const size_t begin = at;
  const bool is_signed = at < text.size() && (text[at] == '-' || text[at] == '+');
  if (is_signed) ++at;
  const size_t digits = at;
  while (at < text.size() && at - digits < 8 && (is_ascii_digit(text[at]) || text[at] == '.')) ++at;
  const bool has_digit = std::ranges::any_of(text.substr(digits, at - digits), is_ascii_digit);
  return has_digit ? at : begin;
}

// From `open` to the first `close` after it, neither far nor over `open` again; empty without.
std::string_view enclosed(std::string_view prompt, size_t open, char close) {
  const std::string_view near = prompt.substr(open, kLongest);
  const size_t end = near.find(close, 1);
  if (end == kNone.npos || end < 2 || near.substr(1, end - 1).find(near.front()) != kNone.npos) return kNone;
  return near.substr(0, end + 1);
}

bool is_escaped(std::string_view prompt, size_t at) {
  return at > 0 && prompt[at - 1] == '\\';
}

// <lora:name:0.8>: of the network that stands before the colon.
template <typename Kinds>
std::string_view angle_tag(std::string_view prompt, const Kinds& kinds) {
  for (size_t at = prompt.find('<'); at != kNone.npos; at = prompt.find('<', at + 1)) {
    for (const std::string_view kind : kinds) {
      if (!starts_with_ignoring_case(prompt.substr(at + 1), kind)) continue;
      if (const std::string_view tag = enclosed(prompt, at, '>'); !tag.empty()) return tag;
    }
  }
  return kNone;
}
std::string_view lora(std::string_view prompt) {
  return angle_tag(prompt, std::array<std::string_view, 3>{"lora:", "lyco:", "lycoris:"});
}
std::string_view hypernetwork(std::string_view prompt) {
  return angle_tag(prompt, std::array<std::string_view, 2>{"hypernet:", "hypernetwork:"});
}

// Below 10: (word:1.3), but no age, no scale and no port, (aged: 45), (scale: 1:50000).
bool is_weight_number(std::string_view number) {
  return std::ranges::count_if(number.substr(0, number.find('.')), is_ascii_digit) <= 1;
}

// (word:1.3), but no time of day and no ratio, (at 10:30), (16:9).
std::string_view weight(std::string_view prompt) {
  for (size_t colon = prompt.find(':'); colon != kNone.npos; colon = prompt.find(':', colon + 1)) {
    size_t number = colon + 1;
    while (number < prompt.size() && prompt[number] == ' ') ++number;
    size_t end = end_of_number(prompt, number);
    if (end == number || colon == 0 || is_ascii_digit(prompt[colon - 1])) continue;
    if (!is_weight_number(prompt.substr(number, end - number))) continue;
    while (end < prompt.size() && prompt[end] == ' ') ++end;
    if (end == prompt.size() || prompt[end] != ')') continue;
    const size_t from = colon > kLongest ? colon - kLongest : 0;
    const size_t open = prompt.substr(from, colon - from).rfind('(');
    if (open == kNone.npos || is_escaped(prompt, from + open)) continue;
    return prompt.substr(from + open, end + 1 - from - open);
  }
  return kNone;
}

// For each round bracket that opens, where it is closed; npos where it is not, and everywhere else.
std::vector<size_t> ends_of_brackets(std::string_view prompt) {
  std::vector<size_t> ends(prompt.size(), kNone.npos);
  std::vector<size_t> open;
  for (size_t at = 0; at < prompt.size(); ++at) {
    if (is_escaped(prompt, at)) continue;
    if (prompt[at] == '(') open.push_back(at);
    if (prompt[at] != ')' || open.empty()) continue;
    ends[open.back()] = at;
    open.pop_back();
  }
  return ends;
}

// Of :(( and ;-((, a sad face.
bool is_of_face(std::string_view prompt, size_t bracket) {
  if (bracket > 1 && prompt[bracket - 1] == '-') --bracket;
  return bracket > 0 && (prompt[bracket - 1] == ':' || prompt[bracket - 1] == ';');
}

// ((word)): brackets within brackets with nothing between them, neither before nor behind.
std::string_view double_brackets(std::string_view prompt) {
  const std::vector<size_t> ends = ends_of_brackets(prompt);
  for (size_t at = prompt.find("(("); at != kNone.npos; at = prompt.find("((", at + 1)) {
    const size_t end = ends[at];
    if (end == kNone.npos || ends[at + 1] + 1 != end || end - at >= kLongest || is_of_face(prompt, at)) continue;
    return prompt.substr(at, end + 1 - at);
  }
  return kNone;
}

// [word], but no number of a note or of a row, [1], x[0].
std::string_view square_brackets(std::string_view prompt) {
  for (size_t at = prompt.find('['); at != kNone.npos; at = prompt.find('[', at + 1)) {
    const std::string_view found = enclosed(prompt, at, ']');
    if (std::ranges::any_of(found, is_letter) && !is_escaped(prompt, at)) return found;
  }
  return kNone;
}

std::string_view braces(std::string_view prompt) {
  for (size_t at = prompt.find('{'); at != kNone.npos; at = prompt.find('{', at + 1)) {
    const std::string_view found = enclosed(prompt, at, '}');
    if (found.find('|') != kNone.npos) return found;
  }
  return kNone;
}

std::string_view standing_alone(std::string_view prompt, std::string_view word) {
  for (size_t at = prompt.find(word); at != kNone.npos; at = prompt.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || !is_word(prompt[at - 1])) && (end == prompt.size() || !is_word(prompt[end]))) {
      return prompt.substr(at, word.size());
    }
  }
  return kNone;
}
// In capitals among small letters: a prompt all in capitals has the plain word.
std::string_view keyword(std::string_view prompt) {
  const bool has_small = std::ranges::any_of(prompt, [](char c) { return c >= 'a' && c <= 'z'; });
  if (!has_small) return kNone;
  const std::string_view found = standing_alone(prompt, "BREAK");
  return found.empty() ? standing_alone(prompt, "AND") : found;
}

// Whether what ends at `end` is followed by no more of a word: (Canon)85mm, (NH4)2SO4.
bool ends_word(std::string_view prompt, size_t end) {
  return end >= prompt.size() || !is_word(prompt[end]);
}

// Where the round bracket that is closed at `end` opens, if it is neither far nor that of a function, f(x)2, and has a
// word in it, unlike (1985)3.
std::optional<size_t> start_of_group(std::string_view prompt, size_t end) {
  const size_t from = end > kLongest ? end - kLongest : 0;
  const size_t open = prompt.substr(from, end - from).rfind('(');
  if (open == kNone.npos) return std::nullopt;
  const size_t at = from + open;
  const bool is_call = at > 0 && is_word(prompt[at - 1]);
  return !is_call && std::ranges::any_of(prompt.substr(at, end - at), is_letter) ? std::optional(at) : std::nullopt;
}

// compel: word++, (words)+, (words)++, (words)-- and (words)1.2. C++ is a language.
std::string_view weight_after(std::string_view prompt) {
  for (size_t at = 1; at + 1 < prompt.size(); ++at) {
    const char before = prompt[at - 1];
    const std::string_view signs = prompt.substr(at, 2);
    const bool is_more = signs == "++" && (before == ')' || (at > 1 && is_letter(before) && is_letter(prompt[at - 2])));
    const bool is_less = signs == "--" && before == ')';
    if ((!is_more && !is_less) || !ends_word(prompt, at + 2)) continue;
    size_t begin = at - 1;
    while (begin > 0 && at - begin < kMostShown / 2 && is_word(prompt[begin - 1])) --begin;
    return prompt.substr(begin, at + 2 - begin);
  }
  for (size_t at = prompt.find(')'); at != kNone.npos; at = prompt.find(')', at + 1)) {
    const bool is_plus = prompt.substr(at + 1, 1) == "+";
    const size_t end = is_plus ? at + 2 : end_of_number(prompt, at + 1);
    if (end == at + 1 || !ends_word(prompt, end) || is_escaped(prompt, at)) continue;
    const std::string_view number = prompt.substr(at + 1, end - at - 1);
    if (!is_plus && (!is_ascii_digit(number.front()) || !is_weight_number(number))) continue;
    if (const std::optional<size_t> open = start_of_group(prompt, at)) return prompt.substr(*open, end - *open);
  }
  return kNone;
}

std::string_view call(std::string_view prompt) {
  for (const std::string_view name : {").blend(", ").and(", ".swap("}) {
    if (const size_t at = prompt.find(name); at != kNone.npos) return prompt.substr(at, name.size());
  }
  return kNone;
}

std::string_view wildcard(std::string_view prompt) {
  for (size_t at = prompt.find("__"); at != kNone.npos; at = prompt.find("__", at + 1)) {
    const size_t end = prompt.substr(at, kLongest).find("__", 3);
    const auto is_of_name = [](char c) { return is_word(c) || c == '/' || c == '-' || c == '*'; };
    if (end != kNone.npos && std::ranges::all_of(prompt.substr(at, end), is_of_name)) return prompt.substr(at, end + 2);
  }
  return kNone;
}

std::string_view embedding(std::string_view prompt) {
  constexpr std::string_view kWord = "embedding:";
  for (size_t at = prompt.find(kWord); at != kNone.npos; at = prompt.find(kWord, at + 1)) {
    size_t end = at + kWord.size();
    while (end < prompt.size() && end - at < kMostShown && is_word(prompt[end])) ++end;
    if (end > at + kWord.size() && (at == 0 || !is_word(prompt[at - 1]))) return prompt.substr(at, end - at);
  }
  return kNone;
}

struct Kind {
  std::string_view what;
  std::string_view (*find)(std::string_view prompt);  // the first of it; empty without
};
constexpr auto kKinds = std::to_array<Kind>({{"a LoRA", lora},
                                             {"a hypernetwork", hypernetwork},
                                             {"an embedding", embedding},
                                             {"a weight", weight},
                                             {"a weight", double_brackets},
                                             {"a weight", weight_after},
                                             {"a weight, or words that change between steps", square_brackets},
                                             {"a choice of words", braces},
                                             {"a wildcard", wildcard},
                                             {"a keyword", keyword},
                                             {"a mixture of prompts", call}});

}  // namespace

std::vector<ForeignSyntax> find_foreign_syntax(std::string_view prompt) {
  std::vector<ForeignSyntax> found;
  for (const Kind& kind : kKinds) {
    const std::string_view example = kind.find(prompt);
    if (!example.empty()) found.push_back({.example = cut_utf8(example, kMostShown), .what = kind.what});
  }
  return found;
}

}  // namespace redraw
