// Splits a batch's numbers by picture.
#pragma once

#include <cstdint>
#include <span>

namespace redraw {

/// Part `index` of `count` equal parts.
template <typename Number>
std::span<Number> part_of(std::span<Number> all, int64_t index, int64_t count) {
  const size_t size = all.size() / static_cast<size_t>(count);
  return all.subspan(static_cast<size_t>(index) * size, size);
}

}  // namespace redraw
