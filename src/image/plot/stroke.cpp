#include "image/plot/stroke.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace redraw {
namespace {

double distance_to_segment(Point p, Point a, Point b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double squared_length = dx * dx + dy * dy;
  const double along = squared_length == 0.0 ? 0.0 : ((p.x - a.x) * dx + (p.y - a.y) * dy) / squared_length;
  const double nearest = std::clamp(along, 0.0, 1.0);
  return std::hypot(p.x - a.x - nearest * dx, p.y - a.y - nearest * dy);
}

// Share of the colour in each pixel of a part of the image.
class Coverage {
 public:
  explicit Coverage(Rect area) : area_(area), shares_(static_cast<size_t>(area.width * area.height)) {}

  void add_segment(Point a, Point b, double half_width) {
    const Rect box = box_around(a, b, half_width, area_);
    for (int64_t y = box.top; y < box.top + box.height; ++y) {
      for (int64_t x = box.left; x < box.left + box.width; ++x) {
        const Point middle = {static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5};
        const double inside = half_width + 0.5 - distance_to_segment(middle, a, b);
        double& share = shares_[static_cast<size_t>((y - area_.top) * area_.width + x - area_.left)];
        share = std::max(share, std::clamp(inside, 0.0, 1.0));
      }
    }
  }

  void blend_into(Canvas& canvas, Rgb colour) const {
    for (int64_t y = 0; y < area_.height; ++y) {
      for (int64_t x = 0; x < area_.width; ++x) {
        const double share = shares_[static_cast<size_t>(y * area_.width + x)];
        if (share > 0.0) canvas.blend(area_.left + x, area_.top + y, colour, share);
      }
    }
  }

  // The pixels of `within` that a line between corners a and b of a box can touch.
  static Rect box_around(Point a, Point b, double half_width, Rect within) {
    const double reach = half_width + 1.0;
    const auto limited = [](double value, int64_t low, int64_t high) {
      return static_cast<int64_t>(std::floor(std::clamp(value, static_cast<double>(low), static_cast<double>(high))));
    };
    const int64_t right = within.left + within.width;
    const int64_t bottom = within.top + within.height;
    Rect box;
    box.left = limited(std::min(a.x, b.x) - reach, within.left, right);
    box.top = limited(std::min(a.y, b.y) - reach, within.top, bottom);
    box.width = limited(std::max(a.x, b.x) + reach + 1.0, within.left, right) - box.left;
    box.height = limited(std::max(a.y, b.y) + reach + 1.0, within.top, bottom) - box.top;
    return box;
  }

 private:
  Rect area_;
  std::vector<double> shares_;
};

}  // namespace

void draw_stroke(Canvas& canvas, std::span<const Point> line, double width, Rgb colour) {
  if (line.empty()) return;
  Point low = line.front();
  Point high = line.front();
  for (const Point& point : line) {
    low = {std::min(low.x, point.x), std::min(low.y, point.y)};
    high = {std::max(high.x, point.x), std::max(high.y, point.y)};
  }
  const Rect whole = {0, 0, canvas.image().width, canvas.image().height};
  Coverage coverage(Coverage::box_around(low, high, width / 2, whole));
  if (line.size() == 1) coverage.add_segment(line[0], line[0], width / 2);
  for (size_t i = 1; i < line.size(); ++i) coverage.add_segment(line[i - 1], line[i], width / 2);
  coverage.blend_into(canvas, colour);
}

void draw_disc(Canvas& canvas, Point centre, double radius, Rgb colour) {
  draw_stroke(canvas, std::span(&centre, 1), 2 * radius, colour);
}

}  // namespace redraw
