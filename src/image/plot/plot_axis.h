// The axis of a plot: how far it reaches, where its ticks are, and what they say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace redraw {

struct Tick {
  double value = 0.0;
  std::string text = {};
};

struct Axis {
  double low = 0.0;
  double high = 1.0;
  bool is_logarithmic = false;
  std::vector<Tick> ticks = {};

  /// 0 at low, 1 at high.
  double share_of(double value) const;
};

struct AxisRequest {
  double low = 0.0;   ///< of the values, within +-1e15; at least 1e-100 on a logarithmic axis
  double high = 1.0;  ///< at least low
  bool is_logarithmic = false;
  bool has_whole_values = false;  ///< ticks are whole numbers too
  bool is_tight = false;          ///< the axis ends where the values do, and its ticks are inside; not if logarithmic
  int64_t max_ticks = 6;          ///< at least 4
};

/// An axis that holds the values and begins and ends with round numbers: multiples of 1, 2 or 5 times a power of ten,
/// with that step between the ticks. A logarithmic one has its ticks at 1, 2 and 5 times powers of ten, at powers of
/// ten only (or every second, ...) where those are too many, and at even steps where they are fewer than three. Values
/// that are all the same stand in the middle of a range made around them.
Axis choose_axis(const AxisRequest& request);

}  // namespace redraw
