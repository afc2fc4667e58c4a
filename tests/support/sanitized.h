// Lets long tests leave cases out under the sanitizers, where everything takes about ten times as long.
#pragma once

#include <cstdint>

namespace redraw {

#ifdef REDRAW_SANITIZED
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

/// Whether to run case number `index` of a table whose cases all go through the same code. Normally all run. Under the
/// sanitizers one in `nth` runs; the release tests of the same change still run all.
constexpr bool is_run(int64_t index, int64_t nth) {
  return !kIsSanitized || index % nth == 0;
}

}  // namespace redraw
