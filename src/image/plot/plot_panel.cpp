#include "image/plot/plot_panel.h"

#include <algorithm>
#include <cmath>

namespace redraw {
namespace {

constexpr int64_t kWidestUprightYLabel = 14;  // "σ" is not turned
constexpr int64_t kWidestXTick = 60;
constexpr int64_t kLegendSymbolWidth = 22;
constexpr int64_t kLegendGap = 16;
constexpr double kLineWidth = 2.0;
constexpr double kDiscRadius = 3.2;
constexpr double kClosestDiscs = 8.0;

struct PanelPalette {
  Rgb background;
  Rgb title;
  Rgb text;
  Rgb axis;
  Rgb grid;
  Rgb shade;
  Rgb faint;
};

PanelPalette panel_palette_on(Rgb background) {
  const bool is_light = background[0] + background[1] + background[2] > 3 * 127;
  const Rgb ink = is_light ? Rgb{24, 24, 32} : Rgb{245, 245, 250};
  return {background,
          mix(background, ink, 0.95),
          mix(background, ink, 0.7),
          mix(background, ink, 0.45),
          mix(background, ink, 0.1),
          mix(background, ink, 0.06),
          mix(background, ink, 0.35)};
}

// The pixel that holds the position.
int64_t pixel_of(double position) {
  return static_cast<int64_t>(std::floor(position));
}

// Up to the edge of the grid where nothing but the room for discs would be left.
Rect shade_of(const PlotRange& range, const PlotScale& scale, Rect grid) {
  const bool is_from_start = scale.x.share_of(range.from) <= 0.0;
  const bool is_to_end = scale.x.share_of(range.to) >= 1.0;
  const int64_t left = is_from_start ? grid.left : pixel_of(scale.at(range.from, scale.y.low).x);
  const int64_t right = is_to_end ? grid.left + grid.width : pixel_of(scale.at(range.to, scale.y.low).x) + 1;
  return {left, grid.top, right - left, grid.height};
}

void draw_grid(Canvas& canvas, const PlotScale& scale, Rect grid, const PanelPalette& palette) {
  const int64_t bottom = grid.top + grid.height;
  for (const Tick& tick : scale.y.ticks) {
    const int64_t y = pixel_of(scale.at(scale.x.low, tick.value).y);
    canvas.fill({grid.left, y, grid.width, 1}, palette.grid);
    const TextMask text = draw_text(tick.text, kPlotTickStyle, grid.left);
    // Digits all have the same height, so their ink may be centred.
    canvas.write(text, grid.left - kPlotTickGap - text.width - text.left, y - text.height / 2 - text.top, palette.text);
  }
  for (const Tick& tick : scale.x.ticks) {
    const int64_t x = pixel_of(scale.at(tick.value, scale.y.low).x);
    canvas.fill({x, grid.top, 1, grid.height}, palette.grid);
    canvas.fill({x, bottom, 1, kPlotTextGap}, palette.axis);
    const TextMask text = draw_text(tick.text, kPlotTickStyle, kWidestXTick);
    canvas.write(text, x - text.width / 2 - text.left, bottom + kPlotTextGap + 1, palette.text);
  }
  canvas.fill({grid.left, bottom - 1, grid.width, 1}, palette.axis);
}

void draw_marker(Canvas& canvas, double x_value, const PlotScale& scale, Rect grid, const PanelPalette& palette) {
  constexpr int64_t kDash = 4;
  constexpr int64_t kPeriod = 7;
  const int64_t x = pixel_of(scale.at(x_value, scale.y.low).x);
  for (int64_t y = 0; y < grid.height; y += kPeriod) {
    canvas.fill({x, grid.top + y, 1, std::min(kDash, grid.height - y)}, palette.text);
  }
}

void draw_series(Canvas& canvas, const PlotPanel& panel, const PlotSeries& series, const PlotScale& scale, Rgb colour) {
  const double mean_distance =
      static_cast<double>(scale.area.width) / static_cast<double>(std::max<size_t>(series.x.size(), 1));
  std::vector<Point> line;
  const auto finish_line = [&] {
    draw_stroke(canvas, line, kLineWidth, colour);
    const bool has_discs = mean_distance >= kClosestDiscs || line.size() == 1;
    for (const Point& point : line) {
      if (has_discs) draw_disc(canvas, point, kDiscRadius, colour);
    }
    line.clear();
  };
  for (size_t i = 0; i < series.x.size(); ++i) {
    if (is_drawn(panel, series, i)) {
      line.push_back(scale.at(series.x[i], series.y[i]));
    } else {
      finish_line();
    }
  }
  finish_line();
}

Rgb colour_of(const PlotSeries& series, const PanelPalette& palette) {
  return series.is_faint ? palette.faint : series.colour;
}

void draw_legend(Canvas& canvas, const PlotPanel& panel, Rect row, const PanelPalette& palette) {
  struct Entry {
    Rgb colour;
    std::string name;
    TextMask text;
  };
  std::vector<Entry> entries;
  int64_t width = -kLegendGap;
  for (const PlotSeries& series : panel.series) {
    if (series.name.empty()) continue;
    entries.push_back({colour_of(series, palette), series.name, draw_text(series.name, kPlotLabelStyle, row.width)});
    width += kLegendSymbolWidth + entries.back().text.width + kLegendGap;
  }
  if (width > row.width) {
    const auto count = static_cast<int64_t>(entries.size());
    const int64_t text_width = std::max<int64_t>((row.width + kLegendGap) / count - kLegendSymbolWidth - kLegendGap, 1);
    for (Entry& entry : entries) entry.text = draw_text(entry.name, kPlotLabelStyle, text_width);
  }
  int64_t left = row.left;
  const double middle = static_cast<double>(row.top) + static_cast<double>(row.height) / 2;
  for (const Entry& entry : entries) {
    const auto start = static_cast<double>(left);
    const Point ends[] = {{start + 1, middle}, {start + 15, middle}};
    draw_stroke(canvas, ends, kLineWidth, entry.colour);
    draw_disc(canvas, {start + 8, middle}, kDiscRadius, entry.colour);
    canvas.write(entry.text, left + kLegendSymbolWidth - entry.text.left, row.top, palette.text);
    left += kLegendSymbolWidth + entry.text.width + kLegendGap;
  }
}

// On top of the lines, with a rim that keeps it readable there.
void write_over(Canvas& canvas, const TextMask& text, int64_t left, int64_t top, Rgb colour, Rgb rim) {
  for (int64_t dy = -2; dy <= 2; ++dy) {
    for (int64_t dx = -2; dx <= 2; ++dx) canvas.write(text, left + dx, top + dy, rim);
  }
  canvas.write(text, left, top, colour);
}

void draw_notes(Canvas& canvas, const PlotPanel& panel, const PlotScale& scale, Rect grid,
                const PanelPalette& palette) {
  if (panel.shaded) {
    const Rect shade = shade_of(*panel.shaded, scale, grid);
    const TextMask text =
        draw_text(panel.shaded->label, kPlotTickStyle, std::max<int64_t>(shade.width - 2 * kPlotTextGap, 1));
    const int64_t top = shade.top + shade.height - 2 * kPlotTextGap - line_height(kPlotTickStyle);
    write_over(canvas, text, shade.left + kPlotTextGap - text.left, top, palette.text, palette.shade);
  }
  if (panel.marker) {
    const int64_t x = pixel_of(scale.at(panel.marker->x, scale.y.low).x);
    const int64_t room_before = x - grid.left - 2 * kPlotTextGap;
    const int64_t room_after = grid.left + grid.width - x - 2 * kPlotTextGap;
    const TextMask text =
        draw_text(panel.marker->label, kPlotTickStyle, std::max({room_before, room_after, int64_t{1}}));
    const int64_t left = text.width <= room_after ? x + kPlotTextGap + 1 : x - kPlotTextGap - text.width;
    write_over(canvas, text, left - text.left, grid.top + kPlotTextGap, palette.text, palette.background);
  }
}

void draw_panel_labels(Canvas& canvas, const PlotPanel& panel, const PlotLayout& layout, Rect frame, Rect grid,
                       const PanelPalette& palette) {
  const TextMask title = draw_text(panel.title, kPlotTitleStyle, frame.width - (grid.left - frame.left) - kPlotMargin);
  canvas.write(title, grid.left - title.left, frame.top + kPlotMargin, palette.title);
  draw_legend(canvas, panel, {grid.left, frame.top + layout.legend_top(), grid.width, line_height(kPlotLabelStyle)},
              palette);
  const TextMask x_label = draw_text(panel.x_label, kPlotLabelStyle, grid.width);
  canvas.write(x_label, grid.left + (grid.width - x_label.width) / 2 - x_label.left,
               grid.top + grid.height + kPlotTextGap + line_height(kPlotTickStyle), palette.text);
  TextMask y_label = draw_text(panel.y_label, kPlotLabelStyle, grid.height);
  if (y_label.width > kWidestUprightYLabel) y_label = turned_left(y_label);
  // In the middle of the grid's height; a letter as short as this has its ink there.
  canvas.write(y_label, frame.left + kPlotMargin - y_label.left,
               grid.top + (grid.height - y_label.height) / 2 - y_label.top, palette.text);
}

}  // namespace

void draw_plot_panel(Canvas& canvas, const PlotPanel& panel, const PlotLayout& layout, Rect frame, Rgb background) {
  const PanelPalette palette = panel_palette_on(background);
  const Rect grid = layout.grid_in(frame);
  const PlotScale scale = plot_scale_in(panel, grid);
  if (panel.shaded) canvas.fill(shade_of(*panel.shaded, scale, grid), palette.shade);
  draw_grid(canvas, scale, grid, palette);
  if (panel.marker) draw_marker(canvas, panel.marker->x, scale, grid, palette);
  for (const bool is_faint : {true, false}) {
    for (const PlotSeries& series : panel.series) {
      if (series.is_faint == is_faint) draw_series(canvas, panel, series, scale, colour_of(series, palette));
    }
  }
  draw_notes(canvas, panel, scale, grid, palette);
  draw_panel_labels(canvas, panel, layout, frame, grid, palette);
}

}  // namespace redraw
