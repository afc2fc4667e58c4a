#include "image/decode/jpeg_markers.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "image/decode/picture_format.h"

namespace redraw {
namespace {

struct Segment {
  uint32_t marker = 0;
  int64_t offset = 0;  // of what follows the length
  int64_t bytes = 0;
};

bool is_frame(uint32_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

constexpr uint32_t kStartOfScan = 0xDA;
constexpr uint32_t kEndOfImage = 0xD9;

// Hands out one segment after the other, up to and including the first scan's header. As lenient as decoders are:
// stray bytes between segments are skipped, and a length of 0 or 1 counts as none.
class SegmentReader {
 public:
  SegmentReader(PictureBytes& bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  Segment next() {
    while (true) {
      find([](std::byte b) { return b == std::byte{0xFF}; });
      find([](std::byte b) { return b != std::byte{0xFF}; });  // any number of FF may stand before a marker
      Segment segment;
      segment.marker = std::to_integer<uint32_t>(bytes_.view(offset_, 1)[0]);
      ++offset_;
      const bool stands_alone = segment.marker <= 0x01 || (segment.marker >= 0xD0 && segment.marker <= 0xD8);
      if (stands_alone) continue;
      if (segment.marker == kEndOfImage) throw_damaged(PictureFormat::jpeg, where_, "it ends before its picture");
      const auto length = bytes_.view(offset_, 2);
      if (length.size() < 2) throw_truncated(PictureFormat::jpeg, where_);
      segment.offset = offset_ + 2;
      segment.bytes = std::max<int64_t>(read_u16_be(length, 0), 2) - 2;
      offset_ = segment.offset + segment.bytes;
      return segment;
    }
  }

  // Throws unless all of the segment is in the file.
  void check_whole(const Segment& segment) const {
    if (segment.offset + segment.bytes > bytes_.size()) throw_truncated(PictureFormat::jpeg, where_);
  }

 private:
  template <typename Predicate>
  void find(Predicate is_wanted) {
    while (true) {
      const auto view = bytes_.view(offset_, PictureBytes::kViewBytes);
      if (view.empty()) throw_truncated(PictureFormat::jpeg, where_);
      const auto found = std::ranges::find_if(view, is_wanted);
      offset_ += found - view.begin();
      if (found != view.end()) return;
    }
  }

  PictureBytes& bytes_;
  const std::string& where_;
  int64_t offset_ = 2;  // after SOI
};

// A profile of more than 64 kB lies in several segments, each with its number, from 1 on, and how many there are.
class ProfilePieces {
 public:
  void add(std::span<const std::byte> piece) {
    const uint32_t number = std::to_integer<uint32_t>(piece[0]);
    const uint32_t count = std::to_integer<uint32_t>(piece[1]);
    const bool is_sound = number >= 1 && number <= count && (pieces_.empty() || count == count_);
    count_ = count;
    is_broken_ |= !is_sound || !pieces_.try_emplace(number, piece.begin() + 2, piece.end()).second;
  }

  void put_together(PictureMetadata& metadata) const {
    if (pieces_.empty() && !is_broken_) return;
    metadata.has_broken_profile = is_broken_ || pieces_.size() != count_;
    if (metadata.has_broken_profile) return;
    for (const auto& [number, piece] : pieces_) {
      metadata.profile.insert(metadata.profile.end(), piece.begin(), piece.end());
    }
  }

 private:
  std::map<uint32_t, std::vector<std::byte>> pieces_;
  uint32_t count_ = 0;
  bool is_broken_ = false;
};

}  // namespace

JpegSize read_jpeg_size(PictureBytes& bytes, const std::string& where) {
  SegmentReader segments(bytes, where);
  while (true) {
    const Segment segment = segments.next();
    if (segment.marker == kStartOfScan) throw_damaged(PictureFormat::jpeg, where, "no size before the pixels");
    if (is_frame(segment.marker)) {
      const auto frame = bytes.view(segment.offset, 5);  // precision, height, width
      if (frame.size() < 5) throw_truncated(PictureFormat::jpeg, where);
      return {read_u16_be(frame, 3), read_u16_be(frame, 1)};
    }
    segments.check_whole(segment);
  }
}

PictureMetadata read_jpeg_metadata(PictureBytes& bytes, const std::string& where) {
  constexpr std::string_view kExif("Exif\0", 5);
  constexpr std::string_view kXmp("http://ns.adobe.com/xap/1.0/\0", 29);
  constexpr std::string_view kProfile("ICC_PROFILE\0", 12);
  constexpr uint32_t kApp1 = 0xE1;
  constexpr uint32_t kApp2 = 0xE2;
  PictureMetadata metadata;
  ProfilePieces profile;
  std::vector<std::byte> exif;
  std::vector<std::byte> xmp;
  SegmentReader segments(bytes, where);
  while (true) {
    const Segment segment = segments.next();
    segments.check_whole(segment);
    if (segment.marker == kStartOfScan) break;
    if (segment.marker != kApp1 && segment.marker != kApp2) continue;
    const std::span<const std::byte> data = bytes.view(segment.offset, segment.bytes);
    if (segment.marker == kApp1 && has_text(data, 0, kExif) && exif.empty()) {
      exif.assign(data.begin(), data.end());
    } else if (segment.marker == kApp1 && has_text(data, 0, kXmp) && xmp.empty()) {
      xmp.assign(data.begin() + kXmp.size(), data.end());
    } else if (segment.marker == kApp2 && has_text(data, 0, kProfile) && data.size() >= kProfile.size() + 2) {
      profile.add(data.subspan(kProfile.size()));
    }
  }
  profile.put_together(metadata);
  OrientationChoice orientation;
  orientation.offer_exif(exif);
  orientation.offer_xmp(xmp);
  metadata.orientation = orientation.chosen();
  if (!orientation.note().empty()) metadata.notes.push_back(orientation.note());
  return metadata;
}

}  // namespace redraw
