// What a generation tells while it goes on.
#pragma once

#include <cstdint>
#include <functional>

#include "image/image.h"
#include "redraw/run_events.h"

namespace redraw {

/// A step that has been taken.
struct GenerateStep {
  int64_t index = 0;  ///< 0-based among the executed
  int64_t count = 0;  ///< how many will be executed
  double timestep = 0;
  double sigma = 0;
  double seconds = 0;  ///< this step's
  /// The pictures of the batch that the step was taken of: all of them, or one where they run one after the other.
  int64_t first_picture = 0;
  int64_t pictures = 1;
  /// A picture of the latent after the step, decoded when called: the cost is the caller's choice. picture: which of
  /// the step's, 0 to pictures - 1.
  std::function<Image(int64_t picture)> preview;
};

/// Each may be empty.
struct GenerateEvents {
  /// Load (whenever a network is built), text, encode (where there is a picture to encode), denoise, decode. Loading
  /// the decoder of previews falls within denoise. A run that is cancelled ends without the end of its phase.
  std::function<void(const PhaseEvent&)> on_phase = nullptr;
  std::function<void(const GenerateStep&)> on_step = nullptr;
};

/// Runs the work of a phase between its two events. work returns whether what an earlier run computed served instead.
/// Returns seconds.
double run_phase(const GenerateEvents& events, Phase phase, const std::function<bool()>& work);

}  // namespace redraw
