// Where the grids of a line plot stand, and what stands around them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "image/plot/canvas.h"
#include "image/plot/plot_axis.h"
#include "image/plot/plot_data.h"
#include "image/plot/stroke.h"
#include "image/plot/text_mask.h"

namespace redraw {

inline constexpr int64_t kPlotMargin = 16;
inline constexpr int64_t kPlotRightMargin = 24;  ///< half of the last tick's text stands in it
inline constexpr int64_t kPlotTextGap = 4;
inline constexpr int64_t kPlotTickGap = 7;  ///< between a grid and the text left of it
inline constexpr TextStyle kPlotTitleStyle = {15, true};
inline constexpr TextStyle kPlotLabelStyle = {12, false};
inline constexpr TextStyle kPlotTickStyle = {11, false};

/// Room that is the same for all panels, so that their grids stand in line. In pixels.
struct PlotLayout {
  int64_t columns = 1;
  int64_t rows = 1;
  int64_t title_height = 0;
  int64_t legend_height = 0;
  int64_t x_label_height = 0;
  int64_t y_label_width = 0;
  int64_t y_tick_width = 0;

  int64_t legend_top() const { return kPlotMargin + title_height; }
  int64_t above() const { return legend_top() + legend_height + kPlotTextGap; }
  int64_t below() const { return line_height(kPlotTickStyle) + x_label_height + kPlotMargin; }
  int64_t before() const { return kPlotMargin + y_label_width + y_tick_width + kPlotTickGap; }

  /// The part of a panel's frame in which its lines are drawn.
  Rect grid_in(Rect frame) const {
    return {frame.left + before(), frame.top + above(), frame.width - before() - kPlotRightMargin,
            frame.height - above() - below()};
  }
};

/// Where the values of a panel stand in the picture.
struct PlotScale {
  Rect area = {};  ///< from the axes' low ends to their high ends
  Axis x = {};
  Axis y = {};

  Point at(double x_value, double y_value) const;
};

/// Of panels that line_plot takes. Throws Error(image_unsupported) (see draw_text).
PlotLayout lay_out_plot(std::span<const PlotPanel> panels, const LinePlotOptions& options);

/// The frame of panels[index] in the picture.
Rect plot_frame(size_t index, const PlotLayout& layout, const LinePlotOptions& options);

PlotScale plot_scale_in(const PlotPanel& panel, Rect grid);

/// Whether the point has a place in the panel: a finite one, and above 0 on a logarithmic axis.
bool is_drawn(const PlotPanel& panel, const PlotSeries& series, size_t point);

}  // namespace redraw
