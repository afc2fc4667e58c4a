// What a picture file says about the way its camera was held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace redraw {

/// The orientation in a block of EXIF (CIPA DC-008-2012, tag 0x0112 of the first directory), as written: 1 to 8 where
/// it is sound. `exif` is a TIFF header and what follows, with or without "Exif\0\0" before it.
/// Nothing where there is none, or where the block is damaged before it.
std::optional<int64_t> exif_orientation(std::span<const std::byte> exif);

/// The orientation in a packet of XMP (ISO 16684-1), an element or an attribute Orientation of the namespace
/// http://ns.adobe.com/tiff/1.0/, whatever its prefix, or with the prefix "tiff", declared or not.
/// Nothing where there is none, or where the XML is damaged before it. Documents with a DOCTYPE are not read.
std::optional<int64_t> xmp_orientation(std::span<const std::byte> xmp);

/// An orientation and what said it: "EXIF orientation 6", "XMP orientation 6", for notes.
struct OrientationTag {
  int64_t value = 1;
  std::string source;
};

/// The first of EXIF and XMP that says 1 to 8, in the order they are offered. Pillow's exif_transpose looks at EXIF
/// first and so must whoever offers. What says another number is passed over with a note.
class OrientationChoice {
 public:
  /// suffix: where the block was if that is unusual: " in the text 'Raw profile type exif'".
  void offer_exif(std::span<const std::byte> exif, const std::string& suffix = "");
  void offer_xmp(std::span<const std::byte> xmp, const std::string& suffix = "");

  const std::optional<OrientationTag>& chosen() const { return chosen_; }
  /// A phrase for people; empty when nothing was passed over.
  const std::string& note() const { return note_; }

 private:
  void offer(std::optional<int64_t> value, const std::string& kind, const std::string& suffix);

  std::optional<OrientationTag> chosen_;
  std::string note_;
};

/// ImageMagick's way of keeping a block of bytes in a PNG text: a line with its name, one with its length, hexadecimal
/// digits in lines. Returns what the digits say; nothing where that is not its form.
std::vector<std::byte> read_raw_profile(std::span<const std::byte> text);

}  // namespace redraw
