#include "image/decode/png_layout.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "base/listed.h"
#include "image/decode/bounded_inflate.h"
#include "image/decode/picture_format.h"
#include "image/png_chunks.h"

namespace redraw {
namespace {

using Bytes = std::span<const std::byte>;
using Block = std::vector<std::byte>;

// Chunks of which one is used, and that must stand before the pixels.
constexpr auto kUsedChunks =
    std::to_array<std::string_view>({"tRNS", "iCCP", "sRGB", "gAMA", "cHRM", "cICP", "eXIf", "acTL"});

// Texts that may hold an orientation.
constexpr auto kOrientationTexts = std::to_array<std::string_view>(
    {"XML:com.adobe.xmp", "Raw profile type exif", "Raw profile type APP1", "Raw profile type xmp"});

// What stands after the keyword of a tEXt, zTXt or iTXt chunk, expanded (11.3.3.2 to 11.3.3.4 of the specification).
std::optional<Block> read_text(std::string_view type, Bytes data) {
  const auto skip_field = [&data] {
    const auto end = std::ranges::find(data, std::byte{0});
    if (end == data.end()) return false;
    data = data.subspan(static_cast<size_t>(end - data.begin()) + 1);
    return true;
  };
  if (!skip_field()) return std::nullopt;  // the keyword
  bool is_compressed = type == "zTXt";
  const size_t flags = type == "tEXt" ? 0 : type == "zTXt" ? 1 : 2;
  if (data.size() < flags) return std::nullopt;
  if (type == "iTXt") is_compressed = data[0] != std::byte{0};
  if (flags > 0 && data[flags - 1] != std::byte{0} && is_compressed) return std::nullopt;  // the method
  data = data.subspan(flags);
  if (type == "iTXt" && (!skip_field() || !skip_field())) return std::nullopt;  // language, translated keyword
  if (!is_compressed) return Block(data.begin(), data.end());
  Inflated inflated = bounded_inflate(data, kMaxMetadataBlockBytes);
  if (inflated.status != InflateStatus::whole) return std::nullopt;
  return std::move(inflated.bytes);
}

// Whether tRNS has the length that belongs to the colour type (11.3.1.1).
bool fits_colour_type(Bytes transparency, uint32_t colour_type, int64_t palette_entries) {
  switch (colour_type) {
    case 0:
      return transparency.size() == 2;
    case 2:
      return transparency.size() == 6;
    case 3:
      return !transparency.empty() && std::ssize(transparency) <= palette_entries;
    default:
      return false;
  }
}

class PngLayoutReader {
 public:
  PngLayoutReader(PictureBytes& bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  PngLayout read() {
    int64_t offset = static_cast<int64_t>(kPngSignature.size());
    while (read_chunk(offset)) {
    }
    if (layout_.first_pixels == 0) throw_truncated(PictureFormat::png, where_);
    make_head();
    read_profile();
    read_frames();
    read_orientation();
    say_colours();
    say_faults();
    return std::move(layout_);
  }

 private:
  struct Chunk {
    std::string type;
    int64_t offset = 0;  // of its length
    int64_t bytes = 0;   // of its data
  };

  // Looks at the chunk at `offset` and moves on; false when it was the last.
  bool read_chunk(int64_t& offset) {
    layout_.end = offset;
    const bool has_pixels = layout_.first_pixels > 0;
    const Bytes start = bytes_.view(offset, kPngChunkStart);
    if (std::ssize(start) < kPngChunkStart) return end_early(has_pixels);
    const Bytes letters = start.subspan(4, 4);
    const Chunk chunk = {{reinterpret_cast<const char*>(letters.data()), 4}, offset, read_u32_be(start, 0)};
    if (chunk.type == "IEND") return false;
    if (chunk.bytes > bytes_.size() - offset - kPngChunkOverhead) return end_early(has_pixels && chunk.type != "IDAT");
    offset += kPngChunkOverhead + chunk.bytes;
    take(chunk);
    return true;
  }

  bool end_early(bool has_pixels) {
    if (!has_pixels) throw_truncated(PictureFormat::png, where_);
    layout_.has_end = false;
    return false;
  }

  void take(const Chunk& chunk) {
    const bool has_pixels = layout_.first_pixels > 0;
    const bool is_critical = (static_cast<unsigned char>(chunk.type[0]) & 0x20u) == 0;
    if (chunk.type == "IHDR") {
      if (!header_.empty()) throw_damaged(PictureFormat::png, where_, "it has two headers");
      if (chunk.bytes != 13) throw_damaged(PictureFormat::png, where_, "its header has the wrong length");
      header_ = bytes_.copy(chunk.offset, kPngChunkOverhead + chunk.bytes);
    } else if (chunk.type == "IDAT") {
      if (!has_pixels) layout_.first_pixels = chunk.offset;
      if (has_pixels && last_type_ != "IDAT") faults_.emplace("a chunk between those of the pixels");
    } else if (chunk.type == "PLTE") {
      take_palette(chunk, has_pixels);
    } else if (is_critical && !has_pixels) {
      throw_damaged(PictureFormat::png, where_, "a part of it that its pixels need is of an unknown kind");
    } else if (std::ranges::find(kUsedChunks, chunk.type) != kUsedChunks.end()) {
      take_used(chunk, has_pixels);
    } else if (chunk.type == "tEXt" || chunk.type == "zTXt" || chunk.type == "iTXt") {
      take_text(chunk);
    }
    last_type_ = chunk.type;
  }

  void take_palette(const Chunk& chunk, bool has_pixels) {
    constexpr int64_t kMaxPaletteBytes = 768;
    constexpr uint32_t kPaletteColours = 3;
    if (header_.empty() || colour_type() != kPaletteColours) return;  // a suggestion for old displays
    if (!palette_.empty()) throw_damaged(PictureFormat::png, where_, "it has two palettes");
    if (chunk.bytes > kMaxPaletteBytes || chunk.bytes % 3 != 0)
      throw_damaged(PictureFormat::png, where_, "its palette has no such length");
    if (has_pixels) faults_.emplace("PLTE after the pixels");
    palette_ = bytes_.copy(chunk.offset, kPngChunkOverhead + chunk.bytes);
  }

  // eXIf behind the pixels is common, and not heeded there; the rest should not be.
  void take_used(const Chunk& chunk, bool has_pixels) {
    if (has_pixels && chunk.type == "eXIf") return;
    if (used_.contains(chunk.type)) return;  // the first counts, as for libpng
    const std::optional<Block> data = load(chunk);
    if (has_pixels && chunk.type != "tRNS") {
      if (chunk.type != "acTL") passed_over_.insert(chunk.type);
    } else if (data) {
      used_[chunk.type] = *data;
    }
  }

  void take_text(const Chunk& chunk) {
    constexpr int64_t kMaxKeywordBytes = 79;
    const Bytes start = bytes_.view(chunk.offset + kPngChunkStart, std::min(chunk.bytes, kMaxKeywordBytes + 1));
    for (const std::string_view keyword : kOrientationTexts) {
      if (!has_text(start, 0, keyword) || start.size() == keyword.size() || start[keyword.size()] != std::byte{0} ||
          texts_.contains(keyword)) {
        continue;
      }
      const std::optional<Block> data = load(chunk);
      if (!data) return;
      std::optional<Block> text = read_text(chunk.type, *data);
      if (text) {
        texts_[keyword] = std::move(*text);
      } else {
        passed_over_.insert(chunk.type);
      }
      return;
    }
  }

  // Its data; nothing, and a note, when they are too long or not as they were written.
  std::optional<Block> load(const Chunk& chunk) {
    if (chunk.bytes <= kMaxMetadataBlockBytes) {
      Block data = bytes_.copy(chunk.offset + kPngChunkStart, chunk.bytes);
      const Bytes crc = bytes_.view(chunk.offset + kPngChunkStart + chunk.bytes, 4);
      if (png_chunk_crc(chunk.type, data) == read_u32_be(crc, 0)) return data;
    }
    passed_over_.insert(chunk.type);
    return std::nullopt;
  }

  uint32_t colour_type() const { return std::to_integer<uint32_t>(header_[kPngChunkStart + 9]); }

  const Block* used(const std::string& type) const {
    const auto found = used_.find(type);
    return found == used_.end() ? nullptr : &found->second;
  }

  void make_head() {
    for (const uint8_t value : kPngSignature) layout_.head.push_back(std::byte{value});
    const auto add = [this](const Block& chunk) {
      layout_.head.insert(layout_.head.end(), chunk.begin(), chunk.end());
    };
    add(header_);
    add(palette_);
    const Block* const transparency = used("tRNS");
    if (!transparency) return;
    const int64_t palette_entries = (std::ssize(palette_) - kPngChunkOverhead) / 3;
    if (fits_colour_type(*transparency, colour_type(), palette_entries)) {
      append_png_chunk(layout_.head, "tRNS", *transparency);
    } else {
      passed_over_.insert("tRNS");
    }
  }

  void read_profile() {
    const Block* const chunk = used("iCCP");
    layout_.metadata.has_broken_profile = !chunk && passed_over_.erase("iCCP") > 0;
    if (!chunk) return;
    const auto name_end = std::ranges::find(*chunk, std::byte{0});  // after it the method, which is 0
    Bytes compressed(name_end, chunk->end());
    Inflated inflated;
    if (compressed.size() > 2) inflated = bounded_inflate(compressed.subspan(2), kMaxMetadataBlockBytes);
    layout_.metadata.profile = std::move(inflated.bytes);
    layout_.metadata.has_broken_profile = layout_.metadata.profile.empty();
  }

  void read_frames() {
    const Block* const animation = used("acTL");
    if (animation && animation->size() >= 4) layout_.metadata.frames = std::max<int64_t>(read_u32_be(*animation, 0), 1);
  }

  // EXIF before XMP, and chunks of their own before texts.
  void read_orientation() {
    constexpr std::string_view kXmpMark("http://ns.adobe.com/xap/1.0/\0", 29);
    OrientationChoice choice;
    if (const Block* const exif = used("eXIf")) choice.offer_exif(*exif);
    const auto raw = [&](std::string_view keyword) {
      const auto found = texts_.find(keyword);
      return found == texts_.end() ? Block() : read_raw_profile(found->second);
    };
    const std::string in_exif = " in the text 'Raw profile type exif'";
    const std::string in_app1 = " in the text 'Raw profile type APP1'";
    const std::string in_xmp = " in the text 'Raw profile type xmp'";
    const Block app1 = raw("Raw profile type APP1");
    choice.offer_exif(raw("Raw profile type exif"), in_exif);
    choice.offer_exif(app1, in_app1);
    if (const auto xmp = texts_.find("XML:com.adobe.xmp"); xmp != texts_.end()) choice.offer_xmp(xmp->second);
    if (has_text(app1, 0, kXmpMark)) choice.offer_xmp(Bytes(app1).subspan(kXmpMark.size()), in_app1);
    choice.offer_xmp(raw("Raw profile type xmp"), in_xmp);
    layout_.metadata.orientation = choice.chosen();
    if (!choice.note().empty()) layout_.metadata.notes.push_back(choice.note());
  }

  // Colours that are declared without a profile are not converted. Those of sRGB, or near it, need not be.
  void say_colours() {
    if (!layout_.metadata.profile.empty()) return;  // it is applied, or there is a note about it
    const std::string meaning = other_colours();
    if (!meaning.empty()) layout_.metadata.notes.push_back("the PNG file declares " + meaning + ", taken as sRGB");
  }

  // In the order in which the specification (4.3) lets them count: cICP, then sRGB, then gAMA and cHRM.
  std::string other_colours() const {
    if (const Block* const code = used("cICP"); code && code->size() == 4) {
      const auto primaries = std::to_integer<int>((*code)[0]);
      const auto transfer = std::to_integer<int>((*code)[1]);
      if (primaries == 1 && transfer == 13) return "";
      return "colours of its own (cICP " + std::to_string(primaries) + ", " + std::to_string(transfer) + ")";
    }
    if (used("sRGB")) return "";
    std::string meaning;
    if (const Block* const gamma = used("gAMA"); gamma && gamma->size() == 4) {
      constexpr int64_t kSrgbGamma = 45455;
      constexpr int64_t kTolerance = kSrgbGamma / 20;  // where libpng, too, sees a difference (PNG_GAMMA_THRESHOLD)
      const int64_t value = read_u32_be(*gamma, 0);
      if (std::abs(value - kSrgbGamma) > kTolerance) meaning = "a gamma (gAMA " + std::to_string(value) + ")";
    }
    if (const Block* const primaries = used("cHRM"); primaries && primaries->size() == 32) {
      constexpr auto kSrgb = std::to_array<int64_t>({31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000});
      constexpr int64_t kTolerance = 1000;  // 0.01, as libpng has it
      bool is_srgb = true;
      for (size_t i = 0; i < kSrgb.size(); ++i) {
        is_srgb &= std::abs(int64_t{read_u32_be(*primaries, i * 4)} - kSrgb[i]) <= kTolerance;
      }
      if (!is_srgb) meaning += std::string(meaning.empty() ? "" : " and ") + "primaries (cHRM) of its own";
    }
    return meaning;
  }

  void say_faults() {
    std::vector<std::string>& notes = layout_.metadata.notes;
    for (const std::string& fault : faults_) notes.push_back(fault_note(fault));
    if (!layout_.has_end) notes.push_back(fault_note("no end, IEND"));
    if (passed_over_.empty()) return;
    notes.push_back("damaged or misplaced parts of the file passed over (" + joined(passed_over_) + ")");
  }

  PictureBytes& bytes_;
  const std::string& where_;
  PngLayout layout_;
  Block header_;  // chunks as stored
  Block palette_;
  std::map<std::string, Block> used_;        // by type: data
  std::map<std::string_view, Block> texts_;  // by keyword
  std::set<std::string> passed_over_;        // types
  std::set<std::string> faults_;
  std::string last_type_;
};

}  // namespace

PngLayout read_png_layout(PictureBytes& bytes, const std::string& where) {
  return PngLayoutReader(bytes, where).read();
}

}  // namespace redraw
