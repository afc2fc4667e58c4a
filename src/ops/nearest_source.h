// Which row or column a nearest-neighbour resize reads.
#pragma once

#include <algorithm>
#include <cstdint>

namespace redraw {

/// The source index of `target`, as torch's nearest mode computes it: in float32, rounded down.
inline int64_t nearest_source(int64_t target, int64_t source_extent, int64_t target_extent) {
  const float ratio = static_cast<float>(source_extent) / static_cast<float>(target_extent);
  return std::min(static_cast<int64_t>(static_cast<float>(target) * ratio), source_extent - 1);
}

}  // namespace redraw
