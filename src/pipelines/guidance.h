// Classifier-free guidance over the steps of a run.
#pragma once

#include <cstdint>
#include <vector>

namespace redraw {

struct Guidance {
  double scale = 7.5;  ///< 1 or less: no guidance by prompt or picture, and the negative prompt has no effect
  std::vector<double> scales = {};  ///< one for each step that is run, instead of scale; empty: scale for all
  double picture_scale = 1.5;       ///< 1 or more: how closely a model that edits a picture keeps it
  double rescale = 0;               ///< 0..1: the share of Lin et al. 2024, Algorithm 2
  /// A step is guided if its index over the number of steps lies in [begin, end). Other steps call the network for the
  /// prompt alone, which takes half the time (Kynkaanniemi et al. 2024, "Applying Guidance in a Limited Interval").
  double begin = 0;
  double end = 1;
};

/// The scale of step `index` of `count`; 1 outside the interval.
double guidance_scale(const Guidance& guidance, int64_t index, int64_t count);
/// Whether any of the `count` steps is guided.
bool is_guided(const Guidance& guidance, int64_t count);

/// Throws Error: not_a_number; out_of_range for an empty interval, a rescale outside 0..1, or a list whose length is
/// not the `count` of steps that are run.
void check_guidance(const Guidance& guidance, int64_t count);

}  // namespace redraw
