#include "image/png_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/input_file.h"
#include "base/utf8.h"
#include "image/decode/bounded_inflate.h"
#include "image/decode/picture_bytes.h"
#include "image/decode/picture_format.h"
#include "image/png_chunks.h"
#include "image/utf8.h"

namespace redraw {
namespace {

using Bytes = std::span<const std::byte>;

constexpr size_t kMaxKeywordBytes = 79;

[[noreturn]] void throw_damaged_text(const std::string& where, std::string_view what) {
  throw Error(Code::image_damaged, where + ": a text chunk of the PNG file is damaged (" + std::string(what) + ")");
}

[[noreturn]] void throw_too_long(const std::string& where) {
  throw Error(Code::image_too_large,
              where + ": a text in the PNG file is longer than " + std::to_string(kMaxPngTextBytes >> 20) + " MiB");
}

std::string to_string(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Cuts off and returns what stands before the next NUL.
std::string take_until_nul(Bytes& rest, const std::string& where) {
  const auto end = std::ranges::find(rest, std::byte{0});
  if (end == rest.end()) throw_damaged_text(where, "a field does not end");
  const auto length = static_cast<size_t>(end - rest.begin());
  std::string field = to_string(rest.first(length));
  rest = rest.subspan(length + 1);
  return field;
}

std::string read_payload(Bytes payload, bool is_compressed, const std::string& where) {
  if (is_compressed) {
    const Inflated inflated = bounded_inflate(payload, kMaxPngTextBytes);
    if (inflated.status == InflateStatus::damaged) throw_damaged_text(where, "it does not expand");
    if (inflated.status == InflateStatus::too_long) throw_too_long(where);
    return to_string(inflated.bytes);
  }
  if (payload.size() > static_cast<size_t>(kMaxPngTextBytes)) throw_too_long(where);
  return to_string(payload);
}

std::string utf8_or_latin1(const std::string& text) {
  return is_utf8(text) ? text : latin1_to_utf8(text);
}

// The layouts of sections 11.3.3.2 to 11.3.3.4 of the specification.
std::pair<std::string, std::string> parse_text(std::string_view type, Bytes rest, const std::string& where) {
  std::string keyword = take_until_nul(rest, where);
  if (keyword.empty() || keyword.size() > kMaxKeywordBytes)
    throw_damaged_text(where, "its keyword is not 1 to 79 bytes");
  keyword = utf8_or_latin1(keyword);
  if (type == "tEXt") return {keyword, utf8_or_latin1(read_payload(rest, false, where))};
  const size_t flags = type == "zTXt" ? 1 : 2;
  if (rest.size() < flags) throw_damaged_text(where, "it is too short");
  const bool is_compressed = type == "zTXt" || rest[0] == std::byte{1};
  if (rest[flags - 1] != std::byte{0}) throw_damaged_text(where, "its compression is unknown");
  rest = rest.subspan(flags);
  if (type == "zTXt") return {keyword, utf8_or_latin1(read_payload(rest, true, where))};
  take_until_nul(rest, where);  // language
  take_until_nul(rest, where);  // translated keyword
  std::string text = read_payload(rest, is_compressed, where);
  if (!is_utf8(text)) throw_damaged_text(where, "it is not UTF-8");
  return {keyword, text};
}

// Walks the chunks by their headers.
PngText read_texts(PictureBytes& bytes, const std::string& where) {
  constexpr std::array<std::string_view, 3> kTypes = {"tEXt", "zTXt", "iTXt"};
  constexpr int64_t kMostBytes = kMaxPngTextBytes + 1024;  // with keyword, language and flags
  constexpr int64_t kCrcBytes = 4;
  if (!has_png_signature(bytes.view(0, std::ssize(kPngSignature)))) {
    throw Error(Code::image_not_recognised, where + ": is not a PNG file");
  }
  PngText texts;
  for (int64_t at = std::ssize(kPngSignature);;) {
    const Bytes head = bytes.view(at, kPngChunkStart);
    if (std::ssize(head) < kPngChunkStart) throw_truncated(PictureFormat::png, where);
    const int64_t length = read_u32_be(head, 0);
    const std::string type = to_string(head.subspan(4));
    const int64_t next = at + kPngChunkOverhead + length;
    if (next > bytes.size()) throw_truncated(PictureFormat::png, where);
    if (type == "IEND") return texts;
    if (std::ranges::find(kTypes, type) != kTypes.end()) {
      if (std::ssize(texts) == kMaxPngTexts) {
        throw Error(Code::image_too_large,
                    where + ": the PNG file holds more than " + std::to_string(kMaxPngTexts) + " texts");
      }
      if (length > kMostBytes) throw_too_long(where);
      const std::vector<std::byte> chunk = bytes.copy(at + kPngChunkStart, length + kCrcBytes);
      const Bytes data = Bytes(chunk).first(static_cast<size_t>(length));
      if (png_chunk_crc(type, data) != read_u32_be(chunk, static_cast<size_t>(length))) {
        throw_damaged_text(where, "its checksum is wrong");
      }
      texts.push_back(parse_text(type, data, where));
    }
    at = next;
  }
}

bool is_printable_ascii(char c) {
  return c >= 0x20 && c <= 0x7E;
}

}  // namespace

PngText read_png_text(std::span<const std::byte> png, const std::string& where) {
  PictureBytes bytes(png);
  return read_texts(bytes, where);
}

PngText read_png_text_file(const std::filesystem::path& path) {
  const InputFile file = InputFile::open(path);
  PictureBytes bytes(file);
  return read_texts(bytes, path.string());
}

void append_png_text(std::vector<std::byte>& png, const std::string& keyword, const std::string& text) {
  const bool is_keyword = !keyword.empty() && keyword.size() <= kMaxKeywordBytes &&
                          std::ranges::all_of(keyword, is_printable_ascii) && keyword.front() != ' ' &&
                          keyword.back() != ' ';
  if (!is_keyword) throw Error(Code::internal, "'" + keyword + "' cannot be a keyword in a PNG file");
  if (!is_utf8(text) || text.find('\0') != std::string::npos || text.size() > static_cast<size_t>(kMaxPngTextBytes)) {
    throw Error(Code::internal,
                "the text for '" + keyword + "' in a PNG file must be UTF-8 without NUL, 1 MiB at most");
  }
  const bool is_plain = std::ranges::all_of(text, [](char c) { return is_printable_ascii(c) || c == '\n'; });
  using namespace std::string_literals;
  // After the keyword an iTXt has: not compressed, method 0, no language, no translated keyword.
  const std::string data = keyword + (is_plain ? "\0"s : "\0\0\0\0\0"s) + text;
  append_png_chunk(png, is_plain ? "tEXt" : "iTXt", std::as_bytes(std::span(data)));
}

}  // namespace redraw
