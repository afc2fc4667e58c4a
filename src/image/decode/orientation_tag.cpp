#include "image/decode/orientation_tag.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <expat.h>
#include <memory>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "image/decode/picture_bytes.h"

namespace redraw {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::string_view kExifMark("Exif\0", 5);  // and a byte that is mostly 0
constexpr size_t kExifMarkBytes = 6;

// TIFF 6.0: "II" or "MM", 42, the first directory's place; of it a count and entries of 12 bytes: tag, type, count,
// value.
struct TiffReader {
  Bytes bytes;
  bool is_little_endian;

  uint32_t u16(size_t offset) const {
    return is_little_endian ? read_u16_le(bytes, offset) : read_u16_be(bytes, offset);
  }
  uint32_t u32(size_t offset) const {
    return is_little_endian ? read_u32_le(bytes, offset) : read_u32_be(bytes, offset);
  }
};

std::optional<int64_t> value_of_entry(const TiffReader& tiff, size_t entry) {
  enum { kByte = 1, kShort = 3, kLong = 4, kSignedShort = 8, kSignedLong = 9 };
  if (tiff.u32(entry + 4) == 0) return std::nullopt;
  switch (tiff.u16(entry + 2)) {
    case kByte:
      return std::to_integer<int64_t>(tiff.bytes[entry + 8]);
    case kShort:
    case kSignedShort:
      return tiff.u16(entry + 8);
    case kLong:
    case kSignedLong:
      return tiff.u32(entry + 8);
    default:
      return std::nullopt;
  }
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int hexadecimal_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<int64_t> parse_number(std::string_view text) {
  int64_t value = 0;
  text = trimmed(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Expat without its namespaces: with them a prefix that is declared nowhere is an error, and such packets exist.
class XmpReader {
 public:
  XmpReader() : parser_(XML_ParserCreate(nullptr)) {
    if (!parser_) return;
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), start_element, end_element);
    XML_SetCharacterDataHandler(parser_.get(), characters);
    XML_SetStartDoctypeDeclHandler(parser_.get(), start_doctype);
  }

  std::optional<int64_t> read(Bytes xmp) {
    constexpr size_t kPiece = 1 << 16;
    for (size_t offset = 0; parser_ && offset < xmp.size(); offset += kPiece) {
      const Bytes piece = xmp.subspan(offset, std::min(kPiece, xmp.size() - offset));
      const bool is_last = offset + piece.size() == xmp.size();
      const auto status = XML_Parse(parser_.get(), reinterpret_cast<const char*>(piece.data()),
                                    static_cast<int>(piece.size()), is_last ? 1 : 0);
      if (status != XML_STATUS_OK) break;  // found, or damaged: padding may follow the packet
    }
    return found_;
  }

 private:
  struct FreeParser {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
  };

  static void start_element(void* self, const XML_Char* name, const XML_Char** attributes) {
    auto& reader = *static_cast<XmpReader*>(self);
    constexpr std::string_view kDeclaration = "xmlns:";
    for (const XML_Char** at = attributes; at[0]; at += 2) {
      const std::string_view key = at[0];
      if (key.starts_with(kDeclaration) && at[1] == kNamespace) reader.add_prefix(key.substr(kDeclaration.size()));
    }
    for (const XML_Char** at = attributes; at[0]; at += 2) {
      if (reader.is_orientation(at[0])) reader.find(at[1]);
    }
    reader.is_in_element_ = reader.is_orientation(name);
    reader.text_.clear();
  }

  static void end_element(void* self, const XML_Char* name) {
    auto& reader = *static_cast<XmpReader*>(self);
    if (reader.is_in_element_ && reader.is_orientation(name)) reader.find(reader.text_);
    reader.is_in_element_ = false;
  }

  static void characters(void* self, const XML_Char* text, int length) {
    constexpr size_t kMaxText = 32;  // a digit, and room for spaces around it
    auto& reader = *static_cast<XmpReader*>(self);
    if (reader.is_in_element_ && reader.text_.size() < kMaxText) reader.text_.append(text, static_cast<size_t>(length));
  }

  static void start_doctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    XML_StopParser(static_cast<XmpReader*>(self)->parser_.get(), XML_FALSE);  // entities; XMP has none
  }

  void add_prefix(std::string_view prefix) {
    constexpr size_t kMaxPrefixes = 16;
    if (prefixes_.size() < kMaxPrefixes) prefixes_.emplace_back(prefix);
  }

  bool is_orientation(std::string_view name) const {
    const size_t colon = name.find(':');
    return colon != std::string_view::npos && name.substr(colon + 1) == "Orientation" &&
           std::ranges::find(prefixes_, name.substr(0, colon)) != prefixes_.end();
  }

  void find(std::string_view text) {
    if (found_) return;
    found_ = parse_number(text);
    if (found_) XML_StopParser(parser_.get(), XML_FALSE);
  }

  static constexpr std::string_view kNamespace = "http://ns.adobe.com/tiff/1.0/";

  std::unique_ptr<XML_ParserStruct, FreeParser> parser_;
  std::vector<std::string> prefixes_ = {"tiff"};
  std::string text_;
  bool is_in_element_ = false;
  std::optional<int64_t> found_;
};

}  // namespace

std::optional<int64_t> exif_orientation(std::span<const std::byte> exif) {
  constexpr uint32_t kOrientation = 0x0112;
  constexpr size_t kEntryBytes = 12;
  if (exif.size() > kExifMarkBytes && has_text(exif, 0, kExifMark)) exif = exif.subspan(kExifMarkBytes);
  const bool is_little_endian = has_text(exif, 0, std::string_view("II*\0", 4));
  if (!is_little_endian && !has_text(exif, 0, std::string_view("MM\0*", 4))) return std::nullopt;
  const TiffReader tiff = {exif, is_little_endian};
  if (exif.size() < 8) return std::nullopt;
  const size_t directory = tiff.u32(4);
  if (directory > exif.size() || exif.size() - directory < 2) return std::nullopt;
  const size_t first = directory + 2;
  const size_t entries = std::min<size_t>(tiff.u16(directory), (exif.size() - first) / kEntryBytes);
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = first + i * kEntryBytes;
    if (tiff.u16(entry) == kOrientation) return value_of_entry(tiff, entry);
  }
  return std::nullopt;
}

std::optional<int64_t> xmp_orientation(std::span<const std::byte> xmp) {
  while (!xmp.empty() && (xmp.front() == std::byte{'\n'} || xmp.front() == std::byte{' '})) xmp = xmp.subspan(1);
  return XmpReader().read(xmp);
}

void OrientationChoice::offer_exif(std::span<const std::byte> exif, const std::string& suffix) {
  if (!chosen_) offer(exif_orientation(exif), "EXIF", suffix);
}

void OrientationChoice::offer_xmp(std::span<const std::byte> xmp, const std::string& suffix) {
  if (!chosen_) offer(xmp_orientation(xmp), "XMP", suffix);
}

void OrientationChoice::offer(std::optional<int64_t> value, const std::string& kind, const std::string& suffix) {
  if (!value) return;
  const std::string source = kind + " orientation " + std::to_string(*value) + suffix;
  if (*value >= 1 && *value <= 8) {
    chosen_ = {*value, source};
  } else if (note_.empty()) {
    note_ = source + " passed over: it is not one of 1 to 8";
  }
}

std::vector<std::byte> read_raw_profile(std::span<const std::byte> text) {
  std::string_view rest(reinterpret_cast<const char*>(text.data()), text.size());
  const auto take_line = [&rest] {
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size());
    return line;
  };
  take_line();  // the name
  if (!parse_number(take_line())) return {};
  std::vector<std::byte> bytes;
  bytes.reserve(rest.size() / 2);
  int high = -1;
  for (const char c : rest) {
    if (is_space(c)) continue;
    const int digit = hexadecimal_digit(c);
    if (digit < 0) return {};
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<std::byte>(high * 16 + digit));
      high = -1;
    }
  }
  return bytes;
}

}  // namespace redraw
