// What a picture file says of its pixels beside them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "image/decode/orientation_tag.h"

namespace redraw {

/// What of a block beside the pixels (EXIF, XMP, a profile) is read and expanded at most; longer ones are passed over.
inline constexpr int64_t kMaxMetadataBlockBytes = int64_t{8} << 20;

struct PictureMetadata {
  std::vector<std::byte> profile;   ///< ICC, put together and expanded; empty when there is none
  bool has_broken_profile = false;  ///< one was there and could not be put together
  std::optional<OrientationTag> orientation;
  int64_t frames = 1;
  std::vector<std::string> notes;  ///< what was wrong or passed over, for people
};

/// "the file has a fault that does not touch the pixels (no end marker)"
inline std::string fault_note(const std::string& fault) {
  return "the file has a fault that does not touch the pixels (" + fault + ")";
}

}  // namespace redraw
