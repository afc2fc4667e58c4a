// Arithmetic on sizes that come from files or users: the result is right or an Error, never wrapped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace redraw {

/// a * b. Throws Error(code) naming `what` when the product does not fit in int64_t.
inline int64_t checked_mul(int64_t a, int64_t b, Code code, std::string_view what) {
  int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result))
    throw Error(code, std::string(what) + ": the product of the sizes overflows");
  return result;
}

/// a + b. Throws Error(code) naming `what` when the sum does not fit in int64_t.
inline int64_t checked_add(int64_t a, int64_t b, Code code, std::string_view what) {
  int64_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) throw Error(code, std::string(what) + ": the sum of the sizes overflows");
  return result;
}

}  // namespace redraw
