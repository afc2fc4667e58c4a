#include "engine/schedule_plan_plot.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <utility>
#include <vector>

#include "image/encode.h"
#include "image/plot/line_plot.h"

namespace redraw {
namespace {

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

// Values at the beginning of each step and at the end of the last, as the points of a line that begins at step 1.
PlotSeries line_through(const std::vector<double>& values, int64_t from, int64_t to) {
  PlotSeries series;
  for (int64_t i = from; i <= to; ++i) {
    series.x.push_back(static_cast<double>(i + 1));
    series.y.push_back(values[static_cast<size_t>(i)]);
  }
  return series;
}

void append(PlotSeries& series, const PlotSeries& more) {
  series.x.insert(series.x.end(), more.x.begin(), more.x.end());
  series.y.insert(series.y.end(), more.y.begin(), more.y.end());
}

// The lines of run and not run meet where one begins.
std::vector<PlotSeries> series_of(const SchedulePlan& plan, const std::vector<double>& values) {
  const auto last = std::ssize(plan.entries);
  PlotSeries run = line_through(values, plan.begin, plan.end);
  run.name = fmt::format("run: {} of {} steps", plan.steps_run(), last);
  PlotSeries rest;
  if (plan.begin > 0) append(rest, line_through(values, 0, plan.begin));
  if (plan.end < last) {
    append(rest, {.x = {kGap}, .y = {kGap}});
    append(rest, line_through(values, plan.end, last));
  }
  if (rest.x.empty()) return {run};
  rest.name = "not run";
  rest.is_faint = true;
  return {run, rest};
}

PlotPanel panel(const SchedulePlan& plan, const std::vector<double>& values) {
  PlotPanel panel{.x_label = "step", .series = series_of(plan, values)};
  if (plan.begin > 0) {
    panel.marker =
        PlotMarker{.x = static_cast<double>(plan.begin + 1),
                   .label = fmt::format("begins at step {}, t {:.5g}", plan.begin + 1, plan.first().timestep)};
  }
  return panel;
}

}  // namespace

std::vector<std::byte> schedule_png(const SchedulePlan& plan) {
  std::vector<double> sigmas;
  std::vector<double> shares;
  for (const PlanEntry& entry : plan.entries) {
    sigmas.push_back(entry.sigma);
    shares.push_back(entry.noise_share);
  }
  sigmas.push_back(plan.final_sigma);
  shares.push_back(std::isinf(plan.final_sigma) ? 1.0 : plan.final_sigma / std::hypot(1.0, plan.final_sigma));

  PlotPanel level = panel(plan, sigmas);
  level.title = fmt::format("{}, schedule {}: noise level", plan.sampler, plan.schedule);
  level.y_label = "σ";
  level.is_y_logarithmic = true;
  PlotPanel share = panel(plan, shares);
  share.title = "share of noise in the latent";
  share.y_label = "noise share";
  if (share.marker) share.marker->label.clear();  // the line is where the label would stand
  std::vector<PlotPanel> panels;
  const bool has_logarithm =
      std::ranges::any_of(sigmas, [](double sigma) { return sigma > 0.0 && std::isfinite(sigma); });
  if (has_logarithm) panels.push_back(std::move(level));
  panels.push_back(std::move(share));
  return encode_png(line_plot(panels, {.panel_width = 560, .panel_height = 380}));
}

}  // namespace redraw
