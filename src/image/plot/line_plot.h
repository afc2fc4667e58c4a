// Numbers as lines: the plot of a plan's noise levels.
#pragma once

#include <cstddef>
#include <span>

#include "image/image.h"
#include "image/plot/plot_data.h"
#include "image/plot/plot_layout.h"

namespace redraw {

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

/// The scale that line_plot uses for panels[index]; for what is drawn on top of the picture, and for tests.
/// Throws as line_plot.
PlotScale plot_scale(std::span<const PlotPanel> panels, const LinePlotOptions& options, size_t index);

}  // namespace redraw
