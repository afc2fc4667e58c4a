// Smooth lines and discs on a canvas.
#pragma once

#include <span>

#include "image/plot/canvas.h"

namespace redraw {

/// In pixels from the left upper corner of the image: (0.5, 0.5) is the middle of its first pixel.
struct Point {
  double x = 0.0;
  double y = 0.0;
};

/// A line through the points, `width` pixels wide, with round ends and corners. Each pixel takes the share of the
/// colour that its distance from the line gives, over the whole line at once, so that corners are not darker. No
/// points: nothing; one: a disc. What lies beyond the image is cut off.
void draw_stroke(Canvas& canvas, std::span<const Point> line, double width, Rgb colour);

void draw_disc(Canvas& canvas, Point centre, double radius, Rgb colour);

}  // namespace redraw
