// Classifier-free guidance over the steps of a run.
#pragma once

#include <cstdint>
#include <vector>

namespace redraw {

struct Guidance {
  double scale = 7.5;               ///< 1 or less: none, also none by a picture; the negative prompt counts for nothing
  std::vector<double> scales = {};  ///< one for each step that is run, in place of scale; empty: scale for all
  double picture_scale = 1.5;       ///< 1 or more, of models that edit a picture: how closely it is kept
  double rescale = 0;               ///< 0..1: the share of Lin et al. 2024, Algorithm 2
  /// Guided are the steps whose index over the number of steps lies in [begin, end); the others call the network for
  /// the prompt alone, which takes half the time (Kynkaanniemi et al. 2024, "Applying Guidance in a Limited Interval").
  double begin = 0;
  double end = 1;
};

/// Of step `index` of `count`; 1 outside the interval.
double guidance_scale(const Guidance& guidance, int64_t index, int64_t count);
/// Whether any of `count` steps is guided.
bool is_guided(const Guidance& guidance, int64_t count);

/// Throws Error: not_a_number; out_of_range for an interval that is none, a rescale outside 0..1, and a list of other
/// length than the `count` steps that are run.
void check_guidance(const Guidance& guidance, int64_t count);

}  // namespace redraw
