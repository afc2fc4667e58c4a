#include "image/decode/container.h"

#include <array>
#include <optional>

#include "base/error.h"
#include "image/decode/jpeg_markers.h"
#include "image/png_chunks.h"

namespace redraw {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::string_view kAccepted = "redraw reads PNG, JPEG and WebP";

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

PictureHeader read_webp_header(Bytes bytes, const std::string& where) {
  constexpr size_t kSizeEnd = 30;  // of the longest of the three layouts; a whole file is never shorter
  if (bytes.size() < kSizeEnd) throw_truncated(PictureFormat::webp, where);
  PictureHeader header = {PictureFormat::webp, 0, 0};
  if (has_text(bytes, 12, "VP8X")) {  // extended: canvas size less one, 24 bits each
    header.width = int64_t{read_u24_le(bytes, 24)} + 1;
    header.height = int64_t{read_u24_le(bytes, 27)} + 1;
  } else if (has_text(bytes, 12, "VP8 ")) {  // lossy: RFC 6386, 9.1, 14 bits each after the start code
    header.width = read_u16_le(bytes, 26) & 0x3FFFu;
    header.height = read_u16_le(bytes, 28) & 0x3FFFu;
  } else if (has_text(bytes, 12, "VP8L")) {  // lossless: sizes less one, 14 bits each after the signature byte
    const uint32_t bits = read_u32_le(bytes, 21);
    header.width = int64_t{bits & 0x3FFFu} + 1;
    header.height = int64_t{bits >> 14 & 0x3FFFu} + 1;
  } else {
    throw_damaged(PictureFormat::webp, where, "its first chunk is unknown");
  }
  return header;
}

}  // namespace

PictureHeader read_picture_header(PictureBytes& bytes, const std::string& where) {
  constexpr int64_t kStartBytes = 32;  // what PNG and WebP need
  const Bytes start = bytes.view(0, kStartBytes);
  const auto format = recognise(start);
  if (!format) throw_not_recognised(start, where);
  switch (*format) {
    case PictureFormat::png:
      return read_png_header(start, where);
    case PictureFormat::jpeg: {
      const JpegSize size = read_jpeg_size(bytes, where);
      return {PictureFormat::jpeg, size.width, size.height};
    }
    case PictureFormat::webp:
      return read_webp_header(start, where);
  }
  throw Error(Code::internal, where + ": unknown picture format");
}

}  // namespace redraw
