#include "image/decode/webp_layout.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include "base/listed.h"
#include "image/decode/picture_format.h"

namespace redraw {
namespace {

using Bytes = std::span<const std::byte>;
using Chunk = WebpLayout::Chunk;

constexpr int64_t kFirstChunk = 12;

constexpr auto kPixelChunks = std::to_array<std::string_view>({"VP8X", "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF"});
constexpr auto kMetadataChunks = std::to_array<std::string_view>({"ICCP", "EXIF", "XMP "});

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

class WebpLayoutReader {
 public:
  WebpLayoutReader(PictureBytes& bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  WebpLayout read() {
    said_bytes_ = int64_t{read_u32_le(bytes_.view(4, 4), 0)} + kWebpChunkStart;
    int64_t offset = kFirstChunk;
    while (read_chunk(offset)) {
    }
    if (!has_pixels_) throw_truncated(PictureFormat::webp, where_);
    check_length();
    read_metadata();
    return std::move(layout_);
  }

 private:
  // Looks at the chunk at `offset` and moves on; false when it was the last.
  bool read_chunk(int64_t& offset) {
    const Bytes start = bytes_.view(offset, kWebpChunkStart);
    if (std::ssize(start) < kWebpChunkStart) return false;
    const std::string name(reinterpret_cast<const char*>(start.data()), 4);
    const Chunk chunk = {offset, read_u32_le(start, 4)};
    const bool is_metadata = is_one_of(kMetadataChunks, name);
    const bool is_pixels = is_one_of(kPixelChunks, name);
    if (offset == after_pixels_ && !is_metadata && !is_pixels) check_boundary(chunk);
    if (chunk.bytes > bytes_.size() - offset - kWebpChunkStart) {
      if (!has_pixels_) throw_truncated(PictureFormat::webp, where_);
      if (is_metadata) passed_over_.insert(name);
      return false;
    }
    offset = end_of(chunk);
    if (is_pixels) take_pixels(name, chunk, offset);
    if (is_metadata) take_metadata(name, chunk);
    return true;
  }

  // Lossy pixels have no checksum: that none of their bytes got lost or came in shows only where the next chunk begins.
  void check_boundary(const Chunk& chunk) const {
    if (chunk.offset >= said_bytes_ || leads_to_end(chunk.offset)) return;
    throw_damaged(PictureFormat::webp, where_, "no part of it begins where its pixels end");
  }

  // Whether chunks of unknown kinds, from `offset` on, lead to one that is known or to the end.
  bool leads_to_end(int64_t offset) const {
    constexpr int kMaxUnknown = 64;
    const int64_t end = std::min(said_bytes_, bytes_.size());
    for (int i = 0; i < kMaxUnknown && offset < end; ++i) {
      const Bytes start = bytes_.view(offset, kWebpChunkStart);
      if (std::ssize(start) < kWebpChunkStart) return false;
      const std::string name(reinterpret_cast<const char*>(start.data()), 4);
      if (is_one_of(kMetadataChunks, name) || is_one_of(kPixelChunks, name)) return true;
      offset = end_of({offset, read_u32_le(start, 4)});
    }
    return offset == end;
  }

  // Chunks are padded to even lengths, which some programs forget.
  int64_t end_of(const Chunk& chunk) const {
    const int64_t end = chunk.offset + kWebpChunkStart + chunk.bytes;
    if (chunk.bytes % 2 == 0) return end;
    const Bytes next = bytes_.view(end, 4);
    const bool is_unpadded =
        std::ranges::any_of(kMetadataChunks, [&](std::string_view name) { return has_text(next, 0, name); });
    return is_unpadded ? end : end + 1;
  }

  void take_pixels(const std::string& name, const Chunk& chunk, int64_t end) {
    if (name == "ANMF") ++frames_;
    if (has_pixels_) return;  // of the first frame all is there
    layout_.chunks.push_back(chunk);
    layout_.is_lossless |= name == "VP8L";
    layout_.has_alpha_chunk |= name == "ALPH";
    has_pixels_ = name == "VP8 " || name == "VP8L" || name == "ANMF";
    if (has_pixels_) after_pixels_ = end;
  }

  void take_metadata(const std::string& name, const Chunk& chunk) {
    std::optional<std::vector<std::byte>>& block = name == "ICCP" ? profile_ : name == "EXIF" ? exif_ : xmp_;
    if (block) return;
    if (chunk.bytes > kMaxMetadataBlockBytes) {
      passed_over_.insert(name);
    } else {
      block = bytes_.copy(chunk.offset + kWebpChunkStart, chunk.bytes);
    }
  }

  void check_length() {
    layout_.is_cut = said_bytes_ > bytes_.size();
    if (!layout_.is_cut && said_bytes_ >= after_pixels_ - 1) return;  // bytes after a file's end are nobody's
    layout_.metadata.notes.push_back(fault_note("its header says " + std::to_string(said_bytes_) +
                                                " bytes, the file has " + std::to_string(bytes_.size())));
  }

  void read_metadata() {
    PictureMetadata& metadata = layout_.metadata;
    metadata.frames = std::max<int64_t>(frames_, 1);
    if (profile_) metadata.profile = std::move(*profile_);
    metadata.has_broken_profile = metadata.profile.empty() && (profile_ || passed_over_.erase("ICCP") > 0);
    OrientationChoice orientation;
    if (exif_) orientation.offer_exif(*exif_);
    if (xmp_) orientation.offer_xmp(*xmp_);
    metadata.orientation = orientation.chosen();
    if (!orientation.note().empty()) metadata.notes.push_back(orientation.note());
    if (passed_over_.empty()) return;
    metadata.notes.push_back("damaged or misplaced parts of the file passed over (" + joined(passed_over_) + ")");
  }

  PictureBytes& bytes_;
  const std::string& where_;
  WebpLayout layout_;
  bool has_pixels_ = false;
  int64_t said_bytes_ = 0;     // by the RIFF header
  int64_t after_pixels_ = -1;  // where the chunk behind them begins
  int64_t frames_ = 0;
  std::optional<std::vector<std::byte>> profile_;
  std::optional<std::vector<std::byte>> exif_;
  std::optional<std::vector<std::byte>> xmp_;
  std::set<std::string> passed_over_;
};

}  // namespace

WebpLayout read_webp_layout(PictureBytes& bytes, const std::string& where) {
  return WebpLayoutReader(bytes, where).read();
}

}  // namespace redraw
