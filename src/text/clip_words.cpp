#include "text/clip_words.h"

#include <array>
#include <cstdint>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace redraw {
namespace {

enum class Kind { letter, number, space, other };

constexpr std::array<std::string_view, 7> kContractions = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};

/// Spelt in capitals these reach this level (in small letters they were taken out before), and transformers' expression
/// names them first, so they end a run of signs; the byte-level pre-tokeniser then takes them apart again.
constexpr std::array<std::array<std::string_view, 3>, 2> kMarkers = {
    {{"<|", "startoftext", "|>"}, {"<|", "endoftext", "|>"}}};

struct Character {
  Kind kind;
  size_t end;  ///< where the next one starts
};

Character character_at(std::string_view text, size_t at) {
  UChar32 character = 0;
  U8_NEXT_UNSAFE(reinterpret_cast<const uint8_t*>(text.data()), at, character);
  const uint32_t category = U_GET_GC_MASK(character);
  if (category & U_GC_L_MASK) return {Kind::letter, at};
  if (category & U_GC_N_MASK) return {Kind::number, at};
  return {u_isUWhiteSpace(character) ? Kind::space : Kind::other, at};
}

size_t end_of_run(std::string_view text, size_t at, Kind kind) {
  while (at < text.size()) {
    const Character next = character_at(text, at);
    if (next.kind != kind) break;
    at = next.end;
  }
  return at;
}

/// The length of the contraction that `text` starts with, 0 without.
size_t contraction_length(std::string_view text) {
  for (std::string_view ending : kContractions)
    if (text.starts_with(ending)) return ending.size();
  return 0;
}

/// Appends the parts of the marker that `text` starts with; returns its length, 0 without.
size_t append_marker(std::string_view text, std::vector<std::string_view>& words) {
  for (const auto& parts : kMarkers) {
    size_t length = 0;
    for (std::string_view part : parts) {
      if (!text.substr(length).starts_with(part)) {
        length = 0;
        break;
      }
      length += part.size();
    }
    if (length == 0) continue;
    size_t at = 0;
    for (std::string_view part : parts) {
      words.push_back(text.substr(at, part.size()));
      at += part.size();
    }
    return length;
  }
  return 0;
}

}  // namespace

std::vector<std::string_view> split_words(std::string_view normalized) {
  std::vector<std::string_view> words;
  for (size_t at = 0; at < normalized.size();) {
    const std::string_view rest = normalized.substr(at);
    if (const size_t length = append_marker(rest, words)) {
      at += length;
      continue;
    }
    size_t end = at + contraction_length(rest);
    if (end == at) {
      const Character first = character_at(normalized, at);
      const bool takes_a_run = first.kind == Kind::letter || first.kind == Kind::other;
      end = takes_a_run ? end_of_run(normalized, first.end, first.kind) : first.end;
      if (first.kind == Kind::space) {
        at = end;
        continue;
      }
    }
    words.push_back(normalized.substr(at, end - at));
    at = end;
  }
  return words;
}

}  // namespace redraw
