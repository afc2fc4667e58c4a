#include "image/decode/webp_picture.h"

#include <algorithm>

#include "base/error.h"
#include "image/image.h"

namespace redraw {
namespace {

void append_u32_le(std::vector<std::byte>& to, int64_t value) {
  for (int shift = 0; shift < 32; shift += 8) to.push_back(static_cast<std::byte>(value >> shift));
}

void append_text(std::vector<std::byte>& to, std::string_view text) {
  for (const char c : text) to.push_back(static_cast<std::byte>(c));
}

int64_t padded(int64_t bytes) {
  return bytes + bytes % 2;
}

// A file of the layout's chunks alone, with lengths that are true. libvips refuses one whose header is not.
std::vector<std::byte> sound_file(PictureBytes& bytes, const WebpLayout& layout) {
  constexpr std::string_view kWebp = "WEBP";
  auto size = static_cast<int64_t>(kWebp.size());
  for (const WebpLayout::Chunk& chunk : layout.chunks) size += kWebpChunkStart + padded(chunk.bytes);
  std::vector<std::byte> file;
  file.reserve(static_cast<size_t>(kWebpChunkStart + size));
  append_text(file, "RIFF");
  append_u32_le(file, size);
  append_text(file, kWebp);
  for (const WebpLayout::Chunk& chunk : layout.chunks) {
    const size_t start = file.size();
    file.resize(start + static_cast<size_t>(kWebpChunkStart + padded(chunk.bytes)));
    const std::span<std::byte> to = std::span(file).subspan(start, static_cast<size_t>(kWebpChunkStart + chunk.bytes));
    bytes.read(chunk.offset, to);
    if (has_text(to, 0, "VP8X") && chunk.bytes > 0) {
      constexpr std::byte kAlphaAndAnimation{0x12};
      to[kWebpChunkStart] &= kAlphaAndAnimation;  // profile, EXIF and XMP are left out
    }
  }
  return file;
}

class WebpPicture final : public PictureDecoder {
 public:
  WebpPicture(std::vector<std::byte> file, bool is_cut, int reduction, std::string where)
      : where_(std::move(where)), is_cut_(is_cut), file_(std::move(file)) {
    VipsImage* image = nullptr;
    if (vips_webpload_buffer(file_.data(), file_.size(), &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                             VIPS_FAIL_ON_ERROR, "scale", 1.0 / reduction, nullptr) != 0) {
      throw_error();
    }
    image_.reset(image);
  }

  VipsImage* image() override { return image_.get(); }

  [[noreturn]] void throw_error() override {
    throw_undecodable(PictureFormat::webp, where_, is_cut_, take_vips_error());
  }

  void finish(std::vector<std::string>&) override {}

 private:
  std::string where_;
  bool is_cut_;
  std::vector<std::byte> file_;  // libvips reads from here
  VipsImagePtr image_;
};

}  // namespace

std::unique_ptr<PictureDecoder> open_webp(PictureBytes& bytes, const PictureHeader& header, const WebpLayout& layout,
                                          int reduction, const std::string& where) {
  const int64_t pixels = header.width * header.height;
  constexpr int64_t kLosslessPixelBytes = 4;
  int64_t whole = std::min(bytes.size(), kMaxWholePictureBytes + 1);
  if (layout.is_lossless) whole += pixels * kLosslessPixelBytes;
  if (layout.has_alpha_chunk) whole += pixels;
  check_whole_picture(header, whole, layout.is_lossless ? "lossless" : "WebP", where);
  return std::make_unique<WebpPicture>(sound_file(bytes, layout), layout.is_cut, reduction, where);
}

}  // namespace redraw
