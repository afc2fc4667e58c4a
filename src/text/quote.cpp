#include "text/quote.h"

namespace redraw {
namespace {
constexpr size_t kMaxBytes = 40;
}

std::string quoted_text(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string result = "'";
  for (char c : text.substr(0, kMaxBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F)
      result += c;
    else
      (result += "\\x") += {kHex[byte >> 4], kHex[byte & 15]};
  }
  return result + (text.size() > kMaxBytes ? "...'" : "'");
}

}  // namespace redraw
