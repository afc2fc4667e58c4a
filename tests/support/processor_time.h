// For tests: measures how much a computation costs, for limits on hostile input.
#pragma once

#include <algorithm>
#include <ctime>
#include <functional>
#include <limits>

namespace redraw {

/// The CPU milliseconds of all threads of this program while `work` runs. Waiting on a busy machine does not count.
/// Runs `work` up to three times, until a run takes less than `limit`, and returns the least.
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
