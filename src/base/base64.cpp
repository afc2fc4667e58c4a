#include "base/base64.h"

#include <algorithm>
#include <limits>
#include <openssl/evp.h>

#include "base/ascii.h"
#include "base/error.h"

namespace redraw {
namespace {

bool is_base64_character(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || c == '+' || c == '/';
}

size_t padding_of(std::string_view text) {
  if (text.ends_with("==")) return 2;
  return text.ends_with('=') ? 1 : 0;
}

// OpenSSL's decoder drops blanks at both ends and does not look at the padding, so that the form is checked first.
void check_base64(std::string_view text, const std::string& where) {
  if (text.starts_with("data:"))
    throw Error(Code::usage, where + " begins with 'data:'; leave that out, up to and with the comma");
  const std::string_view characters = text.substr(0, text.size() - padding_of(text));
  for (size_t i = 0; i < characters.size(); ++i) {
    if (is_base64_character(characters[i])) continue;
    throw Error(Code::usage, where + " is not base64: byte " + std::to_string(i + 1) +
                                 " is none of A-Z, a-z, 0-9, '+' and '/'; write it without line breaks");
  }
  if (text.size() % 4 != 0)
    throw Error(Code::usage,
                where + " is cut off: its length, " + std::to_string(text.size()) + " bytes, is no multiple of 4");
  if (text.size() > static_cast<size_t>(std::numeric_limits<int>::max()))
    throw Error(Code::usage, where + " has more than 2 GiB");
}

}  // namespace

std::string base64_text(std::span<const std::byte> bytes) {
  // EVP_EncodeBlock takes an int. A piece is a whole number of groups of 3, so that only the last one is padded.
  constexpr size_t kPiece = size_t{3} << 20;
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // and the zero that OpenSSL writes behind it
  size_t end = 0;
  for (size_t at = 0; at < bytes.size(); at += kPiece) {
    const auto piece = bytes.subspan(at, std::min(kPiece, bytes.size() - at));
    end += static_cast<size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data() + end),
                                               reinterpret_cast<const unsigned char*>(piece.data()),
                                               static_cast<int>(piece.size())));
  }
  text.resize(end);
  return text;
}

std::vector<std::byte> base64_bytes(std::string_view text, const std::string& where) {
  check_base64(text, where);
  std::vector<std::byte> bytes(text.size() / 4 * 3);
  if (text.empty()) return bytes;
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) throw Error(Code::usage, where + " is not base64");
  bytes.resize(static_cast<size_t>(size) - padding_of(text));
  return bytes;
}

}  // namespace redraw
