#include "image/plot/plot_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace redraw {
namespace {

constexpr int64_t kYLabelWidth = 22;
constexpr int64_t kInset = 10;  // of the axes' ends from the edge of the grid, room for discs
constexpr int64_t kPixelsPerXTick = 44;
constexpr int64_t kPixelsPerYTick = 24;
constexpr int64_t kPixelsPerLogarithmicYTick = 18;

// The lowest and highest of some values, and whether all are whole numbers.
struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  bool is_whole = true;

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
    is_whole = is_whole && value == std::floor(value);
  }
};

struct Extents {
  Extent x;
  Extent y;
};

Extents extents_of(const PlotPanel& panel) {
  Extents extents;
  for (const PlotSeries& series : panel.series) {
    for (size_t i = 0; i < series.x.size(); ++i) {
      if (!is_drawn(panel, series, i)) continue;
      extents.x.include(series.x[i]);
      extents.y.include(series.y[i]);
    }
  }
  return extents;
}

Axis x_axis_of(const PlotPanel& panel, int64_t width) {
  Extent x = extents_of(panel).x;
  const bool is_whole = x.is_whole;  // a marker may stand between two whole numbers
  if (panel.marker) x.include(panel.marker->x);
  if (panel.shaded) {
    x.include(panel.shaded->from);
    x.include(panel.shaded->to);
  }
  return choose_axis({.low = x.low,
                      .high = x.high,
                      .has_whole_values = is_whole,
                      .is_tight = true,
                      .max_ticks = std::max<int64_t>(width / kPixelsPerXTick, 4)});
}

Axis y_axis_of(const PlotPanel& panel, int64_t height) {
  const Extent y = extents_of(panel).y;
  const int64_t pixels_per_tick = panel.is_y_logarithmic ? kPixelsPerLogarithmicYTick : kPixelsPerYTick;
  return choose_axis({.low = y.low,
                      .high = y.high,
                      .is_logarithmic = panel.is_y_logarithmic,
                      .has_whole_values = y.is_whole,
                      .max_ticks = std::max<int64_t>(height / pixels_per_tick, 4)});
}

}  // namespace

Point PlotScale::at(double x_value, double y_value) const {
  // Ends are in the middle of a pixel, so that ticks are sharp.
  const auto across = static_cast<double>(area.width - 1);
  const auto down = static_cast<double>(area.height - 1);
  return {static_cast<double>(area.left) + 0.5 + x.share_of(x_value) * across,
          static_cast<double>(area.top) + 0.5 + (1.0 - y.share_of(y_value)) * down};
}

PlotLayout lay_out_plot(std::span<const PlotPanel> panels, const LinePlotOptions& options) {
  const auto count = static_cast<int64_t>(panels.size());
  PlotLayout layout;
  layout.columns = options.columns > 0 ? std::min(options.columns, count) : count;
  layout.rows = (count + layout.columns - 1) / layout.columns;
  for (const PlotPanel& panel : panels) {
    if (!panel.title.empty()) layout.title_height = line_height(kPlotTitleStyle) + kPlotTextGap;
    if (!panel.x_label.empty()) layout.x_label_height = line_height(kPlotLabelStyle);
    if (!panel.y_label.empty()) layout.y_label_width = kYLabelWidth;
    for (const PlotSeries& series : panel.series) {
      if (!series.name.empty()) layout.legend_height = line_height(kPlotLabelStyle);
    }
  }
  const int64_t height = options.panel_height - layout.above() - layout.below() - 2 * kInset;
  for (const PlotPanel& panel : panels) {
    for (const Tick& tick : y_axis_of(panel, height).ticks) {
      const TextMask text = draw_text(tick.text, kPlotTickStyle, options.panel_width);
      layout.y_tick_width = std::max(layout.y_tick_width, text.width);
    }
  }
  return layout;
}

Rect plot_frame(size_t index, const PlotLayout& layout, const LinePlotOptions& options) {
  const int64_t column = static_cast<int64_t>(index) % layout.columns;
  const int64_t row = static_cast<int64_t>(index) / layout.columns;
  return {column * options.panel_width, row * options.panel_height, options.panel_width, options.panel_height};
}

PlotScale plot_scale_in(const PlotPanel& panel, Rect grid) {
  // Some room inside the grid for the discs at the ends.
  const Rect area = {grid.left + kInset, grid.top + kInset, grid.width - 2 * kInset, grid.height - 2 * kInset};
  return {area, x_axis_of(panel, area.width), y_axis_of(panel, area.height)};
}

bool is_drawn(const PlotPanel& panel, const PlotSeries& series, size_t point) {
  return std::isfinite(series.x[point]) && std::isfinite(series.y[point]) &&
         (!panel.is_y_logarithmic || series.y[point] > 0.0);
}

}  // namespace redraw
