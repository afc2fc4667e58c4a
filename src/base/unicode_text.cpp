#include "base/unicode_text.h"

#include <functional>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include "base/ascii.h"
#include "base/error.h"
#include "base/utf8.h"

namespace redraw {
namespace {

icu::UnicodeString unicode_of(std::string_view utf8) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())));
}

icu::UnicodeString composed(const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  icu::UnicodeString result = U_SUCCESS(status) ? nfc->normalize(text, status) : icu::UnicodeString();
  if (U_FAILURE(status)) throw Error(Code::internal, std::string("ICU cannot compose: ") + u_errorName(status));
  return result;
}

std::string utf8_of(const icu::UnicodeString& text) {
  std::string result;
  text.toUTF8String(result);
  return result;
}

// Calls on_character(code point, its bytes), with -1 for a byte that belongs to no character.
void for_each_character(std::string_view text,
                        const std::function<void(UChar32 character, std::string_view bytes)>& on_character) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    UChar32 character = 0;
    U8_NEXT(bytes, at, text.size(), character);
    if (character < 0) at = start + 1;  // ICU passes over a whole broken sequence
    on_character(character, text.substr(start, at - start));
  }
}

std::string escaped(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string result;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    (result += "\\x") += {kHex[byte >> 4], kHex[byte & 15]};
  }
  return result;
}

// A control character, or one of those that turn the order in which what stands around it is shown: a name could be
// read as another one. (Unicode Technical Report 36, 2.4.)
bool steers(UChar32 character) {
  return u_charType(character) == U_CONTROL_CHAR || u_hasBinaryProperty(character, UCHAR_BIDI_CONTROL);
}

// Of no width of its own: marks, joiners, variation selectors.
bool is_zero_width(UChar32 character) {
  return (U_GET_GC_MASK(character) & (U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK)) != 0;
}

}  // namespace

std::string folded_text(std::string_view text) {
  if (!is_utf8(text)) return ascii_small(text);
  icu::UnicodeString folded = composed(unicode_of(text));
  folded.foldCase();
  return utf8_of(composed(folded));
}

std::string composed_text(std::string_view text) {
  return is_utf8(text) ? utf8_of(composed(unicode_of(text))) : std::string(text);
}

std::string replaced_utf8(std::string_view text) {
  std::string result;
  for_each_character(text, [&](UChar32 character, std::string_view bytes) {
    result += character < 0 ? std::string_view("\xEF\xBF\xBD") : bytes;
  });
  return result;
}

std::string printable_text(std::string_view text, std::string_view keep) {
  std::string result;
  for_each_character(text, [&](UChar32 character, std::string_view bytes) {
    const bool is_control = character < 0 || steers(character);
    const bool is_kept = bytes.size() == 1 && keep.find(bytes.front()) != std::string_view::npos;
    result += is_control && !is_kept ? escaped(bytes) : std::string(bytes);
  });
  return result;
}

int64_t display_width(std::string_view utf8) {
  int64_t width = 0;
  for_each_character(utf8, [&](UChar32 character, std::string_view) {
    if (character >= 0 && is_zero_width(character)) return;
    const int32_t east_asian = character < 0 ? U_EA_NEUTRAL : u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH);
    width += east_asian == U_EA_WIDE || east_asian == U_EA_FULLWIDTH ? 2 : 1;
  });
  return width;
}

}  // namespace redraw
