// Drawing one panel of a line plot.
#pragma once

#include "image/plot/canvas.h"
#include "image/plot/plot_layout.h"

namespace redraw {

/// Draws the panel into its frame, which has the background's colour already.
void draw_plot_panel(Canvas& canvas, const PlotPanel& panel, const PlotLayout& layout, Rect frame, Rgb background);

}  // namespace redraw
