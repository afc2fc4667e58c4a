// What a line plot shows: panels of lines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "image/plot/canvas.h"

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

}  // namespace redraw
