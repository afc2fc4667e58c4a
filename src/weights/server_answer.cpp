#include "weights/server_answer.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/listed.h"
#include "weights/shown_text.h"

namespace redraw {
namespace {

using nlohmann::json;

constexpr size_t kMostWords = 3;
constexpr int kMaxDepth = 4;
/// Where servers put what they say, the kind of the error first.
constexpr auto kFields = std::to_array<std::string_view>(
    {"error", "errors", "code", "title", "message", "msg", "detail", "error_message", "error_description", "reason"});
/// Those of which one is enough to take a document for an error.
constexpr size_t kTellingFields = 2;
constexpr auto kAlsoTelling = std::to_array<std::string_view>({"message", "detail", "msg", "error_message"});

void collect(const json& value, int depth, std::vector<std::string>& words) {
  if (words.size() == kMostWords || depth > kMaxDepth) return;
  if (value.is_string() && !value.get_ref<const std::string&>().empty()) {
    words.push_back(shown_text(value.get_ref<const std::string&>()));
  } else if (value.is_number()) {
    words.push_back(value.dump());
  } else if (value.is_array()) {
    for (const json& one : value) collect(one, depth + 1, words);
  } else if (value.is_object()) {
    for (const std::string_view field : kFields) {
      if (const auto found = value.find(field); found != value.end()) collect(*found, depth + 1, words);
    }
  }
}

// A configuration or an index has none of these, and more than a few members.
bool tells_of_an_error(const json& document) {
  constexpr size_t kMostMembers = 12;
  if (!document.is_object() || document.size() > kMostMembers || document.contains("_class_name")) return false;
  const auto has = [&](std::string_view field) { return document.contains(field); };
  return std::any_of(kFields.begin(), kFields.begin() + kTellingFields, has) || std::ranges::any_of(kAlsoTelling, has);
}

// Nothing when a list or an object nests deeper: such text is no answer, and need not be read.
bool is_shallow(std::string_view text) {
  constexpr int kMostOpen = 32;
  int open = 0;
  for (const char c : text) {
    open += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
    if (open > kMostOpen) return false;
  }
  return true;
}

std::vector<std::string> words_of_json(std::string_view text) {
  std::vector<std::string> words;
  if (!is_shallow(text)) return words;
  const json document = json::parse(text, nullptr, false);
  if (!document.is_discarded() && tells_of_an_error(document)) collect(document, 0, words);
  return words;
}

std::vector<std::string> words_of_xml(std::string_view text) {
  std::vector<std::string> words;
  if (text.find("<Error>") == text.npos && text.find("<error>") == text.npos) return words;
  for (const std::string_view tag : {"Code", "code", "Message", "message"}) {
    const std::string opening = "<" + std::string(tag) + ">";
    const size_t begin = text.find(opening);
    if (begin == text.npos) continue;
    const std::string_view rest = text.substr(begin + opening.size());
    words.push_back(shown_text(rest.substr(0, rest.find('<'))));
  }
  if (words.empty()) words.push_back("'Error'");
  return words;
}

}  // namespace

std::string words_of_server_answer(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return "";
  if (text[first] == '{') return joined(words_of_json(text.substr(first)));
  if (text[first] == '<') return joined(words_of_xml(text.substr(first)));
  return "";
}

}  // namespace redraw
