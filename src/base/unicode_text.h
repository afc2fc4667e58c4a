// Text of people's files and names: compared, cut, measured and printed whatever script it is in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace redraw {

/// For comparing names: composed (Unicode NFC) and case-folded (full folding, so that STRASSE and Straße agree). What
/// is not UTF-8 is taken as it is, with A to Z as small letters.
std::string folded_text(std::string_view text);

/// Composed (Unicode NFC), as file names of macOS are not. Text that is not UTF-8 comes back as it is.
std::string composed_text(std::string_view text);

/// Well-formed UTF-8: each byte that belongs to no character becomes U+FFFD.
std::string replaced_utf8(std::string_view text);

/// For a terminal or a log, so that a file's name can neither garble nor steer it. Writes as \xNN each byte that
/// belongs to no character, and each control character. Among those are the ones that turn the direction of writing
/// (U+061C, U+200E and F, U+202A to E, U+2066 to 9). `keep`: control characters that stay, as "\n".
std::string printable_text(std::string_view text, std::string_view keep = {});

/// Columns of a terminal that the text takes: none for combining marks, two for wide East Asian characters and emoji.
int64_t display_width(std::string_view utf8);

}  // namespace redraw
