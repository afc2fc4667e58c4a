// What long tests leave out under the sanitizers, where everything takes some ten times as long.
#pragma once

#include <cstdint>

namespace redraw {

#ifdef REDRAW_SANITIZED
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

/// Whether to run case number `index` of a table whose cases go through the same code: all of them, and under the
/// sanitizers one of `nth`. The release tests of the same change run all.
constexpr bool is_run(int64_t index, int64_t nth) {
  return !kIsSanitized || index % nth == 0;
}

}  // namespace redraw
