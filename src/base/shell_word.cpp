#include "base/shell_word.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/error.h"

namespace redraw {
namespace {

// The end of a quoted part, after its opening quote; appends what it holds.
size_t read_quoted(std::string_view line, size_t at, std::string& word) {
  const char quote = line[at++];
  for (; at < line.size() && line[at] != quote; ++at) {
    // Within double quotes \ takes the meaning from these characters alone; before others it is itself.
    const bool escapes = quote == '"' && line[at] == '\\' && at + 1 < line.size() &&
                         std::string_view("\"\\$`").find(line[at + 1]) != std::string_view::npos;
    if (escapes) ++at;
    word += line[at];
  }
  if (at >= line.size()) throw Error(Code::usage, std::string("the quote ") + quote + " is not closed");
  return at + 1;
}

}  // namespace

std::string shell_word(std::string_view text) {
  const auto is_plain = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || is_ascii_letter(c) || is_ascii_digit(c) ||
           std::string_view("/._-+:@%,").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string shell_path(std::string_view path) {
  return shell_word((path.starts_with('-') ? "./" : "") + std::string(path));
}

std::vector<std::string> shell_words(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<std::string> words;
  for (size_t at = line.find_first_not_of(kBlanks); at < line.size(); at = line.find_first_not_of(kBlanks, at)) {
    std::string& word = words.emplace_back();
    while (at < line.size() && kBlanks.find(line[at]) == std::string_view::npos) {
      if (line[at] == '\'' || line[at] == '"') {
        at = read_quoted(line, at, word);
        continue;
      }
      if (line[at] == '\\' && ++at == line.size()) throw Error(Code::usage, "the line ends with a \\; quote it, '\\'");
      word += line[at++];
    }
  }
  return words;
}

}  // namespace redraw
