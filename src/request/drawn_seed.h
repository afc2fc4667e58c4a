// A seed for a request that leaves it open.
#pragma once

#include <cstdint>
#include <random>

namespace redraw {

/// 0..4294967295, from the system's randomness.
inline uint64_t drawn_seed() {
  return std::random_device{}();
}

}  // namespace redraw
