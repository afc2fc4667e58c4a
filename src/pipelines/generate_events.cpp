#include "pipelines/generate_events.h"

#include "pipelines/stopwatch.h"

namespace redraw {

double run_phase(const GenerateEvents& events, Phase phase, const std::function<bool()>& work) {
  if (events.on_phase) events.on_phase({.phase = phase, .is_end = false});
  const Stopwatch stopwatch;
  const bool is_reused = work();
  const double seconds = stopwatch.seconds();
  if (events.on_phase) {
    events.on_phase({.phase = phase, .is_end = true, .seconds = seconds, .is_reused = is_reused});
  }
  return seconds;
}

}  // namespace redraw
