#include "text/clip_normalize.h"

#include <algorithm>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>
#include <vector>

#include "base/error.h"

namespace redraw {
namespace {

/// More marks on one letter than any script needs (UAX #15, stream-safe text).
constexpr size_t kOrdinaryMarks = 30;

struct Mark {
  UChar32 character;
  uint8_t combining_class;
};

void append(UChar32 character, std::string& text) {
  char bytes[U8_MAX_LENGTH];
  int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, character);
  text.append(bytes, static_cast<size_t>(length));
}

const icu::Normalizer2& nfc() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* instance = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) throw Error(Code::internal, std::string("ICU has no NFC data: ") + u_errorName(status));
  return *instance;
}

/// ICU puts combining marks into canonical order by insertion, which takes most of a second on 64 KiB of marks in the
/// worst order. So where a run is longer than ordinary, it is decomposed and sorted here first; what ICU
/// then gets is canonically equivalent and already in order. Returns false, and leaves `ordered` alone, without one.
bool order_long_runs_of_marks(std::string_view utf8, const icu::Normalizer2& normalizer, std::string& ordered) {
  std::vector<Mark> run;
  std::string result;
  size_t copied = 0;     // utf8 up to here is in result
  size_t run_start = 0;  // of the run that ends at `at`
  bool changed = false;
  const auto end_run = [&](size_t at) {
    if (run.size() > kOrdinaryMarks) {
      std::stable_sort(run.begin(), run.end(),
                       [](const Mark& a, const Mark& b) { return a.combining_class < b.combining_class; });
      result.append(utf8.substr(copied, run_start - copied));
      for (const Mark& mark : run) append(mark.character, result);
      copied = at;
      changed = true;
    }
    run.clear();
  };
  const auto* bytes = reinterpret_cast<const uint8_t*>(utf8.data());
  icu::UnicodeString decomposition;
  for (size_t at = 0; at < utf8.size();) {
    const size_t start = at;
    UChar32 character = 0;
    U8_NEXT_UNSAFE(bytes, at, character);
    if (u_getIntPropertyValue(character, UCHAR_LEAD_CANONICAL_COMBINING_CLASS) == 0) {
      end_run(start);
      continue;
    }
    // A few Tibetan vowel signs are starters that decompose into marks: hence the decomposition, character by
    // character.
    if (run.empty()) run_start = start;
    if (!normalizer.getDecomposition(character, decomposition)) decomposition = icu::UnicodeString(character);
    for (int32_t i = 0; i < decomposition.length(); i = decomposition.moveIndex32(i, 1)) {
      const UChar32 part = decomposition.char32At(i);
      run.push_back({part, u_getCombiningClass(part)});
    }
  }
  end_run(utf8.size());
  if (!changed) return false;
  result.append(utf8.substr(copied));
  ordered = std::move(result);
  return true;
}

/// text: of characters that the reference's tables know.
void append_composed(std::string_view text, const icu::Normalizer2& normalizer, std::string& composed) {
  std::string ordered;
  if (order_long_runs_of_marks(text, normalizer, ordered)) text = ordered;
  icu::StringByteSink<std::string> sink(&composed);
  UErrorCode status = U_ZERO_ERROR;
  normalizer.normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink, nullptr, status);
  if (U_FAILURE(status)) throw Error(Code::internal, std::string("ICU could not normalise: ") + u_errorName(status));
}

/// The tokenizers library composes with Unicode 9's tables. It sorts and composes as later versions do, except for
/// characters that came later: it leaves those where they are, and composes nothing across them.
bool is_known_to_reference(UChar32 character) {
  UVersionInfo age;
  u_charAge(character, age);
  return age[0] <= 9;
}

std::string compose(std::string_view utf8) {
  const bool is_ascii = std::all_of(utf8.begin(), utf8.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
  if (is_ascii) return std::string(utf8);
  const icu::Normalizer2& normalizer = nfc();
  std::string composed;
  composed.reserve(utf8.size());
  const auto* bytes = reinterpret_cast<const uint8_t*>(utf8.data());
  size_t span_start = 0;  // of known characters
  for (size_t at = 0; at < utf8.size();) {
    const size_t start = at;
    UChar32 character = 0;
    U8_NEXT_UNSAFE(bytes, at, character);
    if (is_known_to_reference(character)) continue;
    append_composed(utf8.substr(span_start, start - span_start), normalizer, composed);
    composed.append(utf8.substr(start, at - start));
    span_start = at;
  }
  append_composed(utf8.substr(span_start), normalizer, composed);
  return composed;
}

}  // namespace

std::string clip_normalize(std::string_view utf8) {
  const std::string composed = compose(utf8);
  std::string result;
  result.reserve(composed.size());
  const auto* bytes = reinterpret_cast<const uint8_t*>(composed.data());
  bool in_space = false;
  for (size_t at = 0; at < composed.size();) {
    UChar32 character = 0;
    U8_NEXT_UNSAFE(bytes, at, character);
    const bool is_space = u_isUWhiteSpace(character);
    if (is_space) {
      if (!in_space) result.push_back(' ');
    } else if (character == 0x130) {
      // The one character whose lower case is two without any condition (Unicode's SpecialCasing.txt).
      result.append("i\u0307");
    } else {
      append(u_tolower(character), result);
    }
    in_space = is_space;
  }
  return result;
}

}  // namespace redraw
