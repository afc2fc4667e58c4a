// Which axes of a map have no edge.
#pragma once

namespace redraw {

/// Axes on which a map continues at its other side (circular padding). What is computed from it then tiles without a
/// seam. The other axes end, with zeros around.
struct WrapAxes {
  bool x = false;  ///< right of the last column is the first
  bool y = false;  ///< below the last row is the first

  bool any() const { return x || y; }
  bool operator==(const WrapAxes&) const = default;
};

}  // namespace redraw
