#include "base/byte_size.h"

#include <array>
#include <fmt/format.h>
#include <string_view>

namespace redraw {

std::string byte_size(uint64_t bytes) {
  constexpr auto kUnits = std::to_array<std::string_view>({"kB", "MB", "GB", "TB"});
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes) / 1000;
  size_t unit = 0;
  // 999.5 and more would be shown as 1000.
  for (; size >= 999.5 && unit + 1 < kUnits.size(); ++unit) size /= 1000;
  const int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", size, decimals, kUnits[unit]);
}

}  // namespace redraw
