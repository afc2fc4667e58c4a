// Bytes as text: base64 (RFC 4648, section 4).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace redraw {

/// On one line, padded.
std::string base64_text(std::span<const std::byte> bytes);

/// Takes what base64_text writes: the standard alphabet, padded to a multiple of 4, without line breaks. where: begins
/// the message. Throws Error(usage), which says where the text goes wrong.
std::vector<std::byte> base64_bytes(std::string_view text, const std::string& where);

}  // namespace redraw
