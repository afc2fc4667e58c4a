// Which axes of a map have no edge.
#pragma once

namespace redraw {

/// Axes on which a map goes on at its other side (circular padding), so that what is made of it tiles without a seam.
/// On the others it ends, and zeros are around it.
struct WrapAxes {
  bool x = false;  ///< right of the last column is the first
  bool y = false;  ///< below the last row is the first

  bool any() const { return x || y; }
  bool operator==(const WrapAxes&) const = default;
};

}  // namespace redraw
