// The header of a safetensors file: hostile bytes in, checked entries out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weights/header_limits.h"
#include "weights/tensor_entry.h"

namespace redraw {

/// A file begins with the length of its header, little-endian.
inline constexpr size_t kSafetensorsLengthBytes = 8;

struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;               ///< sorted by name; offsets within the data section
  std::map<std::string, std::string> metadata;    ///< of "__metadata__" what is kept; empty when the file has none
  std::vector<std::string> metadata_passed_over;  ///< names of what is not, as WeightsFile has them
  size_t data_begin = 0;                          ///< where the data section begins in the file
};

/// Parses the 8-byte little-endian header length and the JSON header (format of the Rust crate safetensors 0.4). head:
/// the first bytes of the file, at least the header; file_size: bytes of the whole file. `where` names the file in
/// messages. Accepts only files whose data section is covered exactly once by the tensors: no hole, no overlap, no
/// trailing byte, no empty tensor inside another one. Spaces after the JSON are allowed.
/// Metadata that nobody looks at costs only its reading. A value of more than kMaxMetadataValue bytes, as a picture is,
/// is not kept, and neither is what comes after kMaxMetadataEntries or kMaxMetadataBytes. Of a key that redraw uses, a
/// value so long is refused.
/// Throws Error with a code of the safetensors_ group, one for each kind of damage. Allocates nothing in proportion to
/// what the file claims, only to what it holds.
SafetensorsHeader parse_safetensors_header(std::span<const std::byte> head, uint64_t file_size, std::string_view where);

}  // namespace redraw
