// Numbers as people write them.
#pragma once

#include <charconv>
#include <string>

namespace redraw {

/// The shortest decimal that reads back as the same double.
inline std::string decimal(double value) {
  char buffer[64];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, result.ptr};
}

}  // namespace redraw
