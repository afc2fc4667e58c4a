#include "image/plot/line_plot.h"

#include <cmath>

#include "base/decimal.h"
#include "base/error.h"
#include "image/plot/plot_layout.h"
#include "image/plot/plot_panel.h"

namespace redraw {
namespace {

constexpr int64_t kMaxPanels = 16;
constexpr int64_t kMaxSeries = 16;
constexpr int64_t kMaxPoints = 100'000;
constexpr double kLargestValue = 1e15;
constexpr double kSmallestLogarithmic = 1e-100;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(Code::out_of_range, "line plot: " + what);
}

void check_plot_range(const std::string& what, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return;
  refuse(what + " is " + std::to_string(value) + ", not in " + std::to_string(least) + " to " + std::to_string(most));
}

void check_size_of(const std::string& what, double value) {
  if (std::abs(value) > kLargestValue) refuse(what + " is " + decimal(value) + ", not in -1e15 to 1e15");
}

void check_finite(const std::string& what, double value) {
  if (!std::isfinite(value)) refuse(what + " is " + decimal(value) + ", not a finite number");
  check_size_of(what, value);
}

void check_panel(const PlotPanel& panel) {
  const std::string where = "panel '" + panel.title + "'";
  check_plot_range("the number of series of " + where, static_cast<int64_t>(panel.series.size()), 1, kMaxSeries);
  bool has_points = false;
  for (const PlotSeries& series : panel.series) {
    const std::string name = "series '" + series.name + "'";
    if (series.x.size() != series.y.size()) {
      throw Error(Code::internal, "line plot: " + name + " has " + std::to_string(series.x.size()) + " x and " +
                                      std::to_string(series.y.size()) + " y");
    }
    check_plot_range("the number of points of " + name, static_cast<int64_t>(series.x.size()), 0, kMaxPoints);
    for (size_t i = 0; i < series.x.size(); ++i) {
      if (!is_drawn(panel, series, i)) continue;
      has_points = true;
      check_size_of("an x of " + name, series.x[i]);
      check_size_of("a y of " + name, series.y[i]);
      if (panel.is_y_logarithmic && series.y[i] < kSmallestLogarithmic) {
        refuse("a y of " + name + " is above 0 and below 1e-100, too small for a logarithmic axis");
      }
    }
  }
  if (!has_points) refuse(where + " has no point to draw");
  if (panel.marker) check_finite("the marker of " + where, panel.marker->x);
  if (panel.shaded) {
    check_finite("the start of the shaded range of " + where, panel.shaded->from);
    check_finite("the end of the shaded range of " + where, panel.shaded->to);
    if (panel.shaded->from > panel.shaded->to) refuse("the shaded range of " + where + " ends before it begins");
  }
}

void check_panels(std::span<const PlotPanel> panels, const LinePlotOptions& options) {
  check_plot_range("the number of panels", static_cast<int64_t>(panels.size()), 1, kMaxPanels);
  check_plot_range("columns", options.columns, 0, kMaxPanels);
  check_plot_range("the width of a panel", options.panel_width, 240, 2000);
  check_plot_range("the height of a panel", options.panel_height, 200, 2000);
  for (const PlotPanel& panel : panels) check_panel(panel);
}

}  // namespace

PlotScale plot_scale(std::span<const PlotPanel> panels, const LinePlotOptions& options, size_t index) {
  check_panels(panels, options);
  check_plot_range("the index of a panel", static_cast<int64_t>(index), 0, static_cast<int64_t>(panels.size()) - 1);
  const PlotLayout layout = lay_out_plot(panels, options);
  const Rect frame = plot_frame(index, layout, options);
  return plot_scale_in(panels[index], layout.grid_in(frame));
}

Image line_plot(std::span<const PlotPanel> panels, const LinePlotOptions& options) {
  check_panels(panels, options);
  const PlotLayout layout = lay_out_plot(panels, options);
  Canvas canvas(layout.columns * options.panel_width, layout.rows * options.panel_height, options.background);
  for (size_t i = 0; i < panels.size(); ++i) {
    draw_plot_panel(canvas, panels[i], layout, plot_frame(i, layout, options), options.background);
  }
  return std::move(canvas).take();
}

}  // namespace redraw
