#include "pipelines/generate_events.h"

#include "base/cancelled.h"
#include "pipelines/stopwatch.h"

namespace redraw {

double run_phase(const GenerateEvents& events, Phase phase, const std::function<bool()>& work,
                 const double* load_seconds) {
  const auto loaded = [&] { return load_seconds ? *load_seconds : 0.0; };
  if (events.on_phase) events.on_phase({.phase = phase, .is_end = false});
  const double loaded_before = loaded();
  const Stopwatch stopwatch;
  const auto end = [&](bool is_reused) {
    const double seconds = stopwatch.seconds() - (loaded() - loaded_before);
    if (events.on_phase) {
      events.on_phase({.phase = phase, .is_end = true, .seconds = seconds, .is_reused = is_reused});
    }
    return seconds;
  };
  bool is_reused = false;
  try {
    is_reused = work();
  } catch (const Cancelled&) {
    end(false);
    throw;
  }
  return end(is_reused);
}

NetworkCache::AroundBuild told_as_load(const GenerateEvents& events, double& load_seconds) {
  return [&events, &load_seconds](const std::function<void()>& build) {
    const GenerateEvents counted{.on_phase = [&](const PhaseEvent& event) {
      load_seconds += event.seconds;  // also those of a cancelled one
      if (events.on_phase) events.on_phase(event);
    }};
    run_phase(counted, Phase::load, [&] {
      build();
      return false;
    });
  };
}

}  // namespace redraw
