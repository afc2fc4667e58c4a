#include "weights/long_texts.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"

namespace redraw {
namespace {

/// Where the string that begins at `begin` (behind its quote) has its closing quote; the text's end if it has none.
size_t closing_quote(std::string_view json, size_t begin) {
  size_t at = begin;
  while (at < json.size() && json[at] != '"') at += json[at] == '\\' ? 2 : 1;
  return std::min(at, json.size());
}

bool is_sound(std::string_view text) {
  constexpr std::string_view kEscaped = "\"\\/bfnrtu";
  for (size_t at = 0; at < text.size(); ++at) {
    if (static_cast<unsigned char>(text[at]) < 0x20) return false;
    if (text[at] != '\\') continue;
    ++at;
    if (at == text.size() || kEscaped.find(text[at]) == kEscaped.npos) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> without_long_texts(std::string_view json, size_t longest, std::string_view where) {
  std::optional<std::string> result;
  size_t copied = 0;
  for (size_t quote = json.find('"'); quote != json.npos;) {
    const size_t begin = quote + 1;
    const size_t end = closing_quote(json, begin);
    if (end == json.size()) break;  // the string does not end: the parser says so
    if (const std::string_view text = json.substr(begin, end - begin); text.size() > longest) {
      if (!is_utf8(text))
        throw Error(Code::safetensors_invalid_utf8, std::string(where) + ": the header is not valid UTF-8");
      if (!is_sound(text)) {
        throw Error(Code::safetensors_malformed_json, std::string(where) +
                                                          ": the header is not valid JSON (in a text of " +
                                                          std::to_string(text.size()) + " bytes)");
      }
      if (!result) result.emplace();
      result->append(json.substr(copied, begin - copied)).append(longest + 1, '?');
      copied = end;
    }
    quote = json.find('"', end + 1);
  }
  if (result) result->append(json.substr(copied));
  return result;
}

}  // namespace redraw
