// The events of a run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "redraw/schedule_plan.h"

namespace redraw {

struct Result;

/// The phases of a run, in their order. Loading comes again whenever a network is needed that is not in memory yet.
enum class Phase { load, text, encode, denoise, decode, save };
/// "load", "text", "encode", "denoise", "decode", "save"
std::string_view name_of(Phase phase);

/// A phase begins, or ends. One that began also ends if the run is cancelled within it.
struct PhaseEvent {
  Phase phase = Phase::load;
  bool is_end = false;
  double seconds = 0;      ///< at an end: how long the phase took, without a load within it
  bool is_reused = false;  ///< at an end: an earlier run's result was used, and nothing was computed
};

enum class NoteKind { info, hint, warning };

/// A decision or a warning, for programs and for people.
struct Note {
  NoteKind kind = NoteKind::info;
  std::string code;  ///< for programs: "picture_fit", "few_steps", "prompt_cut", ... (docs/architecture.md lists them)
  std::string text;  ///< a line for people
};

/// 8-bit RGB, rows from the top.
struct PreviewPicture {
  int64_t width = 0;
  int64_t height = 0;
  std::vector<uint8_t> rgb;  ///< width * height * 3
};

/// A step that was just taken.
struct Step {
  int64_t index = 0;  ///< 0-based among the executed steps
  int64_t count = 0;  ///< how many steps are executed
  double timestep = 0;
  double sigma = 0;         ///< noise level before the step
  double seconds = 0;       ///< of this step
  double seconds_left = 0;  ///< of the steps to come, at the mean pace so far
  int64_t pictures = 1;     ///< how many pictures took the step: the batch
  /// Decodes one picture's latent after the step; picture: 0..pictures - 1. Each call costs a decode; without a call it
  /// costs nothing. Valid until on_step returns.
  std::function<PreviewPicture(int64_t picture)> preview = nullptr;
};

/// Called during a run, from the thread that called Engine::run. Each may be empty. An exception from a function ends
/// the run and passes through.
struct RunEvents {
  std::function<void(const PhaseEvent&)> on_phase = nullptr;
  /// The steps, before the first of them. A batch has one plan.
  std::function<void(const SchedulePlan&)> on_plan = nullptr;
  std::function<void(const Note&)> on_note = nullptr;
  std::function<void(const Step&)> on_step = nullptr;
  /// For Engine::run_each: each picture as soon as it is finished.
  std::function<void(Result)> on_picture = nullptr;
};

}  // namespace redraw
