#include "image/plot/line_plot.h"

#include <limits>
#include <numeric>

#include "image/image_test_support.h"
#include "image/plot/text_mask.h"

namespace redraw {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr Rgb kBlue = {0, 0, 255};
constexpr Rgb kRed = {255, 0, 0};

PlotPanel panel_of(std::vector<double> x, std::vector<double> y) {
  return {.series = {{.x = std::move(x), .y = std::move(y), .colour = kBlue}}};
}

// The panel alone, and where its values stand.
struct Plot {
  explicit Plot(const PlotPanel& panel, const LinePlotOptions& options = {})
      : image(line_plot(std::span(&panel, 1), options)), scale(plot_scale(std::span(&panel, 1), options, 0)) {}

  Rgb at(double x, double y) const {
    const Point point = scale.at(x, y);
    const auto pixel = pixel_at(image, static_cast<int64_t>(point.x), static_cast<int64_t>(point.y));
    return {pixel[0], pixel[1], pixel[2]};
  }
  // Colours in the column of the grid at this x.
  bool has_in_column(double x, Rgb colour) const {
    const auto column = static_cast<int64_t>(scale.at(x, scale.y.low).x);
    for (int64_t y = scale.area.top; y < scale.area.top + scale.area.height; ++y) {
      if (pixel_at(image, column, y) == std::vector<uint8_t>(colour.begin(), colour.end())) return true;
    }
    return false;
  }

  Image image;
  PlotScale scale;
};

bool has_ink(const Image& image, Rect area) {
  for (int64_t y = area.top; y < area.top + area.height; ++y) {
    for (int64_t x = area.left; x < area.left + area.width; ++x) {
      if (pixel_at(image, x, y) != std::vector<uint8_t>{255, 255, 255}) return true;
    }
  }
  return false;
}

TEST(LinePlot, DrawsTheLineThroughItsPoints) {
  const Plot plot(panel_of({0, 10, 20}, {5, 1, 3}));
  for (const auto& [x, y] : {std::pair{0.0, 5.0}, {10.0, 1.0}, {20.0, 3.0}, {5.0, 3.0}, {15.0, 2.0}, {2.5, 4.0}}) {
    EXPECT_EQ(plot.at(x, y), kBlue) << x << " " << y;
  }
  for (const auto& [x, y] : {std::pair{5.0, 4.0}, {5.0, 2.0}, {15.0, 3.0}, {20.0, 1.0}}) {
    EXPECT_NE(plot.at(x, y), kBlue) << x << " " << y;
  }
}

TEST(LinePlot, MarksPointsWithDiscsWhileTheyAreApart) {
  const auto thickness = [](const Plot& plot, double x) {
    const Point point = plot.scale.at(x, 0);
    int64_t count = 0;
    for (int64_t y = plot.scale.area.top; y < plot.scale.area.top + plot.scale.area.height; ++y) {
      count += pixel_at(plot.image, static_cast<int64_t>(point.x), y) == std::vector<uint8_t>{0, 0, 255};
    }
    return count;
  };
  const Plot few(panel_of({0, 10, 20}, {1, 1, 1}));
  EXPECT_GE(thickness(few, 10), 5);
  EXPECT_LE(thickness(few, 5), 2);
  std::vector<double> x(200);
  std::iota(x.begin(), x.end(), 0.0);
  const Plot many(panel_of(x, std::vector<double>(200, 1.0)));
  EXPECT_LE(thickness(many, 100), 2);
}

TEST(LinePlot, StandsStraightOnALogarithmicAxis) {
  PlotPanel panel = panel_of({0, 1, 2, 3}, {100, 10, 1, 0.1});
  panel.is_y_logarithmic = true;
  const Plot plot(panel);
  const double first = plot.scale.at(0, 100).y;
  const double last = plot.scale.at(3, 0.1).y;
  EXPECT_NEAR(plot.scale.at(1, 10).y, first + (last - first) / 3, 1e-9);
  EXPECT_EQ(plot.at(0.5, std::sqrt(1000.0)), kBlue);
  EXPECT_EQ(plot.at(2.5, std::sqrt(0.1)), kBlue);
}

TEST(LinePlot, LeavesGapsForWhatCannotBeDrawn) {
  const Plot gap(panel_of({0, 1, 2, 3, 4}, {1, 2, kNan, 2, 1}));
  EXPECT_TRUE(gap.has_in_column(0.5, kBlue));
  EXPECT_FALSE(gap.has_in_column(1.5, kBlue));
  EXPECT_FALSE(gap.has_in_column(2.5, kBlue));
  EXPECT_TRUE(gap.has_in_column(3.5, kBlue));
  const double infinity = std::numeric_limits<double>::infinity();
  const Plot alone(panel_of({0, 1, 2, infinity}, {1, -infinity, 2, 1}));
  EXPECT_TRUE(alone.has_in_column(2, kBlue));  // a point alone is still a disc
  PlotPanel panel = panel_of({0, 1, 2}, {10, 1, 0});
  panel.is_y_logarithmic = true;
  const Plot logarithmic(panel);
  EXPECT_TRUE(logarithmic.has_in_column(0.5, kBlue));
  EXPECT_EQ(logarithmic.scale.x.high, 1.0);
}

TEST(LinePlot, DrawsFaintSeriesGreyAndBehindTheOthers) {
  PlotPanel panel = panel_of({0, 2}, {1, 1});
  panel.series.push_back({.x = {0, 4}, .y = {1, 1}, .colour = kRed, .is_faint = true});
  const Plot plot(panel);
  EXPECT_EQ(plot.at(1, 1), kBlue);
  const Rgb faint = plot.at(3, 1);
  EXPECT_LT(faint[0], 220);
  EXPECT_NEAR(faint[0], faint[2], 5);
}

TEST(LinePlot, ShadesARangeAndDrawsAMarker) {
  PlotPanel panel = panel_of({0, 10}, {0, 1});
  panel.shaded = PlotRange{2.3, 4.7, ""};
  panel.marker = PlotMarker{7.3, ""};
  const Plot plot(panel);
  const Rgb white = {255, 255, 255};
  EXPECT_EQ(plot.at(1.5, 0.9), white);
  EXPECT_NE(plot.at(2.5, 0.9), white);
  EXPECT_NE(plot.at(4.5, 0.9), white);
  EXPECT_EQ(plot.at(5.5, 0.9), white);
  int64_t dark = 0;
  const auto column = static_cast<int64_t>(plot.scale.at(7.3, 0).x);
  for (int64_t y = 0; y < plot.image.height; ++y) dark += pixel_at(plot.image, column, y)[0] < 120;
  EXPECT_GT(dark, plot.scale.area.height / 3);
  EXPECT_LT(dark, plot.scale.area.height * 3 / 4);
}

TEST(LinePlot, ReachesToMarkersAndShadedRanges) {
  PlotPanel panel = panel_of({5, 6}, {0, 1});
  panel.shaded = PlotRange{-3, 5.5, "dropped"};
  panel.marker = PlotMarker{12, "end"};
  const Plot plot(panel);
  EXPECT_EQ(plot.scale.x.low, -3.0);
  EXPECT_EQ(plot.scale.x.high, 12.0);
}

TEST(LinePlot, WritesWordsWhereTheyBelong) {
  PlotPanel panel = panel_of({0, 10}, {0, 1});
  const Plot bare(panel);
  panel.title = "Noise level";
  panel.x_label = "step";
  panel.y_label = "standard deviation";
  panel.series[0].name = "euler";
  const Plot plot(panel);
  const Rect area = plot.scale.area;
  EXPECT_TRUE(has_ink(plot.image, {area.left, 16, 100, 20}));                        // title
  EXPECT_TRUE(has_ink(plot.image, {area.left - 10, 41, 60, 17}));                    // legend
  EXPECT_TRUE(has_ink(plot.image, {16, area.top + area.height / 2 - 45, 12, 20}));   // y label, reading upwards
  EXPECT_TRUE(has_ink(plot.image, {area.left + area.width / 2 - 20, 330, 40, 20}));  // x label
  EXPECT_FALSE(has_ink(plot.image, {0, 0, plot.image.width, 16}));
  EXPECT_FALSE(has_ink(plot.image, {0, 0, 14, plot.image.height}));
  EXPECT_FALSE(has_ink(plot.image, {0, plot.image.height - 8, plot.image.width, 8}));
  // Without words their room goes to the grid.
  EXPECT_GT(bare.scale.area.height, area.height);
  EXPECT_GT(bare.scale.area.width, area.width);
}

TEST(LinePlot, CutsWordsThatAreTooLong) {
  const std::string longest(300, 'W');
  PlotPanel panel = panel_of({0, 10}, {0, 1});
  panel.series.push_back(panel.series[0]);
  panel.title = panel.x_label = panel.y_label = panel.series[0].name = panel.series[1].name = longest;
  panel.shaded = PlotRange{0, 0.01, longest};
  panel.marker = PlotMarker{9.9, longest};
  const Plot plot(panel, {.panel_width = 240, .panel_height = 200});
  EXPECT_FALSE(has_ink(plot.image, {0, 0, 14, 200}));
  EXPECT_FALSE(has_ink(plot.image, {240 - 10, 0, 10, 200}));
  EXPECT_FALSE(has_ink(plot.image, {0, 0, 240, 14}));
}

TEST(LinePlot, SetsPanelsSideBySideOrBelowWithTheirGridsInLine) {
  PlotPanel first = panel_of({0, 10}, {0, 1});
  first.title = "with words";
  first.y_label = "y";
  const PlotPanel second = panel_of({0, 10}, {0, 100'000});
  const std::vector<PlotPanel> panels = {first, second};
  const Image beside = line_plot(panels, {.panel_width = 300, .panel_height = 200});
  EXPECT_EQ(size_text(beside.width, beside.height), "600x200");
  const Image below = line_plot(panels, {.columns = 1, .panel_width = 300, .panel_height = 200});
  EXPECT_EQ(size_text(below.width, below.height), "300x400");
  const Rect one = plot_scale(panels, {.columns = 1, .panel_width = 300, .panel_height = 200}, 0).area;
  const Rect two = plot_scale(panels, {.columns = 1, .panel_width = 300, .panel_height = 200}, 1).area;
  EXPECT_EQ(two.left, one.left);
  EXPECT_EQ(two.width, one.width);
  EXPECT_EQ(two.top, one.top + 200);
  EXPECT_EQ(two.height, one.height);
}

TEST(LinePlot, RefusesWhatItCannotDraw) {
  const PlotPanel sound = panel_of({0, 1}, {0, 1});
  const auto plot = [](const PlotPanel& panel, const LinePlotOptions& options = {}) {
    return line_plot(std::span(&panel, 1), options);
  };
  EXPECT_EQ(message_of(Code::out_of_range, [&] { line_plot({}, {}); }),
            "line plot: the number of panels is 0, not in 1 to 16");
  EXPECT_EQ(code_of([&] { line_plot(std::vector<PlotPanel>(17, sound), {}); }), Code::out_of_range);
  EXPECT_EQ(code_of([&] { plot(sound, {.panel_width = 239}); }), Code::out_of_range);
  EXPECT_EQ(code_of([&] { plot(sound, {.panel_height = 2001}); }), Code::out_of_range);
  EXPECT_EQ(code_of([&] { plot(sound, {.columns = -1}); }), Code::out_of_range);
  EXPECT_EQ(code_of([&] { plot({}); }), Code::out_of_range);
  EXPECT_EQ(code_of([&] { plot(panel_of({}, {})); }), Code::out_of_range);
  EXPECT_EQ(code_of([&] { plot(panel_of({0, 1}, {kNan, kNan})); }), Code::out_of_range);
  EXPECT_EQ(code_of([&] { plot(panel_of({0, 1}, {0, 1e16})); }), Code::out_of_range);
  EXPECT_EQ(code_of([&] { plot(panel_of({0, 1}, {0})); }), Code::internal);
  EXPECT_EQ(code_of([&] { plot_scale(std::span(&sound, 1), {}, 1); }), Code::out_of_range);
  PlotPanel negative = panel_of({0, 1}, {0, -1});
  negative.is_y_logarithmic = true;
  EXPECT_EQ(code_of([&] { plot(negative); }), Code::out_of_range);
  negative.series[0].y = {1, 1e-310};
  EXPECT_EQ(code_of([&] { plot(negative); }), Code::out_of_range);
  PlotPanel backwards = sound;
  backwards.shaded = PlotRange{1, 0, ""};
  EXPECT_EQ(code_of([&] { plot(backwards); }), Code::out_of_range);
  PlotPanel nowhere = sound;
  nowhere.marker = PlotMarker{kNan, ""};
  EXPECT_EQ(code_of([&] { plot(nowhere); }), Code::out_of_range);
}

TEST(TextMask, TurnsTextToReadUpwards) {
  const TextMask text = draw_text("L", {20, false}, 100);
  const TextMask turned = turned_left(text);
  EXPECT_EQ(turned.width, text.height);
  EXPECT_EQ(turned.height, text.width);
  // The foot of an L is at its right below, so above at the right.
  const auto at = [](const TextMask& mask, int64_t x, int64_t y) {
    return mask.coverage[static_cast<size_t>(y * mask.width + x)];
  };
  EXPECT_GT(at(text, text.width - 2, text.height - 1), 200);
  EXPECT_GT(at(turned, turned.width - 1, 1), 200);
  EXPECT_EQ(at(turned, 0, 0), 0);
}

}  // namespace
}  // namespace redraw
