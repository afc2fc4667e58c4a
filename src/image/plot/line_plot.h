// Numbers as lines: the plot of a plan's noise levels.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "image/plot/canvas.h"
#include "image/plot/plot_axis.h"
#include "image/plot/stroke.h"

namespace redraw {

struct PlotSeries {
  std::string name = {};  ///< in the legend; empty: not there
  std::vector<double> x = {};
  std::vector<double> y = {};  ///< as many as x
  Rgb colour = {38, 122, 204};
  bool is_faint = false;  ///< greyed out and behind the others, for what is shown but not used
};

/// Shaded from top to bottom, with a word at its foot.
struct PlotRange {
  double from = 0.0;  ///< at most `to`
  double to = 0.0;
  std::string label = {};
};

/// A dashed line from top to bottom, with a word at its head.
struct PlotMarker {
  double x = 0.0;
  std::string label = {};
};

struct PlotPanel {
  std::string title = {};
  std::string x_label = {};
  std::string y_label = {};
  bool is_y_logarithmic = false;
  std::vector<PlotSeries> series = {};
  std::optional<PlotRange> shaded = {};
  std::optional<PlotMarker> marker = {};
};

struct LinePlotOptions {
  int64_t columns = 0;               ///< panels side by side, the rest below; 0: all side by side
  int64_t panel_width = 480;         ///< 240 to 2000 pixels
  int64_t panel_height = 360;        ///< 200 to 2000 pixels
  Rgb background = {255, 255, 255};  ///< lettering is dark on light, light on dark
};

/// Draws the panels. The x axis reaches over all values, the shaded range and the marker of its panel, the y axis on to
/// round numbers. A point with a coordinate that is not finite, or a y not above 0 on a logarithmic axis, is left out,
/// and the line has a gap there. Points are marked with discs while they are 8 pixels or more apart, and where they
/// stand alone. Text is in the machine's sans-serif font, cut with an ellipsis where it is too long.
///
/// Throws Error: out_of_range (no panels or more than 16, no series or more than 16 in one, more than 100,000 points in
/// a series, a panel without a point to draw, values beyond +-1e15 or, on a logarithmic axis, below 1e-100, a shaded
/// range or marker that is not finite or runs backwards, an option outside its range), internal (a series with more x
/// than y, or fewer), image_unsupported (text cannot be drawn, see draw_text).
Image line_plot(std::span<const PlotPanel> panels, const LinePlotOptions& options);

/// Where the values of a panel stand in the picture.
struct PlotScale {
  Rect area = {};  ///< from the axes' low ends to their high ends
  Axis x = {};
  Axis y = {};

  Point at(double x_value, double y_value) const;
};

/// The scale that line_plot uses for panels[index]; for what is drawn on top of the picture, and for tests.
/// Throws as line_plot.
PlotScale plot_scale(std::span<const PlotPanel> panels, const LinePlotOptions& options, size_t index);

}  // namespace redraw
