// A number of bytes as people read it.
#pragma once

#include <cstdint>
#include <string>

namespace redraw {

/// "812 B", "812 kB", "1.99 GB": by thousands, three digits.
std::string byte_size(uint64_t bytes);

}  // namespace redraw
