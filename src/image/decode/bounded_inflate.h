// Compressed data of a file that says nothing true about its size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace redraw {

enum class InflateStatus { whole, damaged, too_long };

struct Inflated {
  InflateStatus status = InflateStatus::whole;
  std::vector<std::byte> bytes;  ///< empty unless whole
};

/// Expands a zlib stream (RFC 1950), stopping at the first byte over `max_bytes`; what follows the stream is not looked
/// at. Throws Error(out_of_memory).
Inflated bounded_inflate(std::span<const std::byte> compressed, int64_t max_bytes);

}  // namespace redraw
