#include "image/container.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "image/png_chunks.h"

namespace redraw {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::string_view kAccepted = "redraw reads PNG, JPEG and WebP";

uint32_t at(Bytes bytes, size_t offset) {
  return std::to_integer<uint32_t>(bytes[offset]);
}

uint32_t u16_be(Bytes bytes, size_t offset) {
  return at(bytes, offset) << 8 | at(bytes, offset + 1);
}

uint32_t u16_le(Bytes bytes, size_t offset) {
  return at(bytes, offset) | at(bytes, offset + 1) << 8;
}

uint32_t u24_le(Bytes bytes, size_t offset) {
  return u16_le(bytes, offset) | at(bytes, offset + 2) << 16;
}

uint32_t u32_le(Bytes bytes, size_t offset) {
  return u24_le(bytes, offset) | at(bytes, offset + 3) << 24;
}

bool has_text(Bytes bytes, size_t offset, std::string_view text) {
  if (offset > bytes.size() || bytes.size() - offset < text.size()) return false;
  const auto part = bytes.subspan(offset, text.size());
  return std::equal(text.begin(), text.end(), part.begin(),
                    [](char a, std::byte b) { return static_cast<std::byte>(a) == b; });
}

[[noreturn]] void throw_truncated(PictureFormat format, const std::string& where) {
  throw Error(Code::image_truncated, where + ": the " + std::string(picture_format_name(format)) +
                                         " file is cut short; copy or download it again");
}

[[noreturn]] void throw_damaged(PictureFormat format, const std::string& where, std::string_view what) {
  throw Error(Code::image_damaged, where + ": the " + std::string(picture_format_name(format)) + " file is damaged (" +
                                       std::string(what) + "); save it again from the program that made it");
}

// Other kinds of file that people try, so that the message can name what they have.
struct OtherKind {
  size_t offset;
  std::string_view text;
  std::string_view name;
};
constexpr auto kOtherKinds = std::to_array<OtherKind>({
    {0, "GIF8", "a GIF picture"},
    {0, "BM", "a BMP picture"},
    {0, std::string_view("II*\0", 4), "a TIFF picture"},
    {0, std::string_view("MM\0*", 4), "a TIFF picture"},
    {0, "8BPS", "a Photoshop file"},
    {0, "%PDF", "a PDF document"},
    {0, "<svg", "an SVG drawing"},
    {0, "<?xml", "an XML file"},
    {4, "ftypavif", "an AVIF picture"},
    {4, "ftypheic", "a HEIC picture"},
    {4, "ftypmif1", "a HEIF picture"},
    {0, "\xFF\x0A", "a JPEG XL picture"},
    {4, "JXL ", "a JPEG XL picture"},
});

[[noreturn]] void throw_not_recognised(Bytes bytes, const std::string& where) {
  std::string what = "is not a picture that redraw knows";
  if (bytes.empty()) what = "is empty";
  for (const OtherKind& kind : kOtherKinds) {
    if (has_text(bytes, kind.offset, kind.text)) {
      what = "is " + std::string(kind.name);
      break;
    }
  }
  throw Error(Code::image_not_recognised, where + ": " + what + "; " + std::string(kAccepted));
}

std::optional<PictureFormat> recognise(Bytes bytes) {
  if (has_png_signature(bytes)) return PictureFormat::png;
  if (has_text(bytes, 0, "\xFF\xD8\xFF")) return PictureFormat::jpeg;
  if (has_text(bytes, 0, "RIFF") && has_text(bytes, 8, "WEBP")) return PictureFormat::webp;
  return std::nullopt;
}

PictureHeader read_png_header(Bytes bytes, const std::string& where) {
  constexpr size_t kSizeEnd = 24;  // signature, length, "IHDR", width, height
  if (bytes.size() < kSizeEnd) throw_truncated(PictureFormat::png, where);
  if (!has_text(bytes, 12, "IHDR")) throw_damaged(PictureFormat::png, where, "it does not begin with IHDR");
  return {PictureFormat::png, read_u32_be(bytes, 16), read_u32_be(bytes, 20)};
}

// Where a JPEG's marker segments lead to: its size, and the first byte of the first scan.
struct JpegLayout {
  PictureHeader header;
  size_t first_scan = 0;
};

// ITU-T T.81, annex B: segments FF marker length..., up to SOS. Asks for the first scan only when `to_scan`, so that
// the size is known even if the file ends right after it.
JpegLayout walk_jpeg(Bytes bytes, const std::string& where, bool to_scan) {
  JpegLayout layout = {{PictureFormat::jpeg, 0, 0}, 0};
  bool has_size = false;
  size_t offset = 2;  // after SOI
  while (true) {
    while (offset < bytes.size() && at(bytes, offset) != 0xFF) ++offset;  // stray bytes, as decoders skip them
    while (offset < bytes.size() && at(bytes, offset) == 0xFF) ++offset;  // fill bytes
    if (offset >= bytes.size()) throw_truncated(PictureFormat::jpeg, where);
    const uint32_t marker = at(bytes, offset++);
    const bool stands_alone = marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);
    if (stands_alone) continue;
    if (marker == 0xD9) throw_damaged(PictureFormat::jpeg, where, "it ends before its picture");
    if (bytes.size() - offset < 2) throw_truncated(PictureFormat::jpeg, where);
    const size_t length = u16_be(bytes, offset);
    if (length < 2) throw_damaged(PictureFormat::jpeg, where, "a segment has no length");
    const bool is_frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (is_frame) {
      if (bytes.size() - offset < 7) throw_truncated(PictureFormat::jpeg, where);
      layout.header.height = u16_be(bytes, offset + 3);
      layout.header.width = u16_be(bytes, offset + 5);
      has_size = true;
      if (!to_scan) return layout;
    }
    if (length > bytes.size() - offset) throw_truncated(PictureFormat::jpeg, where);
    offset += length;
    if (marker == 0xDA) {
      if (!has_size) throw_damaged(PictureFormat::jpeg, where, "no size before the pixels");
      layout.first_scan = offset;
      return layout;
    }
  }
}

PictureHeader read_webp_header(Bytes bytes, const std::string& where) {
  constexpr size_t kSizeEnd = 30;  // of the longest of the three layouts; a whole file is never shorter
  if (bytes.size() < kSizeEnd) throw_truncated(PictureFormat::webp, where);
  PictureHeader header = {PictureFormat::webp, 0, 0};
  if (has_text(bytes, 12, "VP8X")) {  // extended: canvas size less one, 24 bits each
    header.width = int64_t{u24_le(bytes, 24)} + 1;
    header.height = int64_t{u24_le(bytes, 27)} + 1;
  } else if (has_text(bytes, 12, "VP8 ")) {  // lossy: RFC 6386, 9.1, 14 bits each after the start code
    header.width = u16_le(bytes, 26) & 0x3FFFu;
    header.height = u16_le(bytes, 28) & 0x3FFFu;
  } else if (has_text(bytes, 12, "VP8L")) {  // lossless: sizes less one, 14 bits each after the signature byte
    const uint32_t bits = u32_le(bytes, 21);
    header.width = int64_t{bits & 0x3FFFu} + 1;
    header.height = int64_t{bits >> 14 & 0x3FFFu} + 1;
  } else {
    throw_damaged(PictureFormat::webp, where, "its first chunk is unknown");
  }
  return header;
}

int64_t count_webp_frames(Bytes bytes) {
  int64_t frames = 0;
  size_t offset = 12;
  while (bytes.size() >= 8 && offset <= bytes.size() - 8) {
    if (has_text(bytes, offset, "ANMF")) ++frames;
    const size_t length = u32_le(bytes, offset + 4);
    offset += 8 + length + (length & 1u);  // chunks are padded to even lengths
  }
  return std::max<int64_t>(frames, 1);
}

int64_t count_png_frames(Bytes bytes, const std::string& where) {
  for (PngChunkReader chunks(bytes, where); const auto chunk = chunks.next();) {
    if (chunk->type == "acTL" && chunk->data.size() >= 4) {
      return std::max<int64_t>(read_u32_be(chunk->data, 0), 1);
    }
  }
  return 1;
}

}  // namespace

std::string_view picture_format_name(PictureFormat format) {
  constexpr std::array<std::string_view, 3> kNames = {"PNG", "JPEG", "WebP"};
  return kNames.at(static_cast<size_t>(format));
}

PictureHeader read_picture_header(std::span<const std::byte> bytes, const std::string& where) {
  const auto format = recognise(bytes);
  if (!format) throw_not_recognised(bytes, where);
  switch (*format) {
    case PictureFormat::png:
      return read_png_header(bytes, where);
    case PictureFormat::jpeg:
      return walk_jpeg(bytes, where, false).header;
    case PictureFormat::webp:
      return read_webp_header(bytes, where);
  }
  throw Error(Code::internal, where + ": unknown picture format");
}

void check_picture_is_whole(std::span<const std::byte> bytes, PictureFormat format, const std::string& where) {
  if (format == PictureFormat::png) {
    PngChunkReader chunks(bytes, where);
    while (chunks.next()) {
    }
  } else if (format == PictureFormat::jpeg) {
    // A stuffed FF is written FF 00, so FF D9 in a scan is the end of the picture.
    const auto scans = bytes.subspan(walk_jpeg(bytes, where, true).first_scan);
    constexpr std::array<std::byte, 2> kEndOfImage = {std::byte{0xFF}, std::byte{0xD9}};
    const auto end = std::search(scans.begin(), scans.end(), kEndOfImage.begin(), kEndOfImage.end());
    if (end == scans.end()) throw_truncated(format, where);
  } else if (uint64_t{u32_le(bytes, 4)} + 8 > bytes.size()) {
    throw_truncated(format, where);
  }
}

int64_t count_frames(std::span<const std::byte> bytes, PictureFormat format, const std::string& where) {
  if (format == PictureFormat::png) return count_png_frames(bytes, where);
  if (format == PictureFormat::webp) return count_webp_frames(bytes);
  return 1;
}

}  // namespace redraw
