// The events of a generation.
#pragma once

#include <cstdint>
#include <functional>

#include "image/image.h"
#include "pipelines/network_cache.h"
#include "redraw/run_events.h"

namespace redraw {

/// A step that was just taken.
struct GenerateStep {
  int64_t index = 0;  ///< 0-based among the executed steps
  int64_t count = 0;  ///< how many will be executed
  double timestep = 0;
  double sigma = 0;
  double seconds = 0;  ///< this step's
  /// The pictures that took the step: the whole batch, or one if pictures run one after the other.
  int64_t first_picture = 0;
  int64_t pictures = 1;
  /// Decodes one picture's latent after the step. The caller decides whether to pay for it. picture: 0 to pictures - 1.
  std::function<Image(int64_t picture)> preview;
};

/// Each may be empty.
struct GenerateEvents {
  /// Load (whenever a network is built), text, encode (if there is a picture to encode), denoise, decode. The preview
  /// decoder is loaded within denoise. A cancelled phase has its end as well.
  std::function<void(const PhaseEvent&)> on_phase = nullptr;
  std::function<void(const GenerateStep&)> on_step = nullptr;
};

/// Runs a phase's work between its two events. work returns whether an earlier run's result was reused. Returns
/// seconds. load_seconds: where loading within the work adds its seconds; they are not the phase's.
double run_phase(const GenerateEvents& events, Phase phase, const std::function<bool()>& work,
                 const double* load_seconds = nullptr);

/// Tells every network that is built as a phase of its own, and adds its seconds. Both must outlive what is returned.
NetworkCache::AroundBuild told_as_load(const GenerateEvents& events, double& load_seconds);

}  // namespace redraw
