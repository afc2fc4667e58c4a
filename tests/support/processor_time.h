// Test side: how much computing something costs, for limits on hostile input.
#pragma once

#include <algorithm>
#include <ctime>
#include <functional>
#include <limits>

namespace redraw {

/// Milliseconds that all threads of this program compute while `work` runs, not those that it waits for a busy machine;
/// the least of up to three runs, the last of which is the first below `limit`.
inline double processor_milliseconds(double limit, const std::function<void()>& work) {
  double least = std::numeric_limits<double>::infinity();
  for (int run = 0; run < 3 && !(least < limit); ++run) {
    const std::clock_t begin = std::clock();
    work();
    least = std::min(least, 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return least;
}

}  // namespace redraw
