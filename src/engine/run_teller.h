// How a run tells what it does.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "redraw/run_events.h"

namespace redraw {

/// Hands events on and keeps the notes, which belong to the result as well.
class RunTeller {
 public:
  /// events: must outlive it.
  explicit RunTeller(const RunEvents& events) : events_(events) {}

  /// A note without text is none.
  void note(NoteKind kind, std::string code, const std::string& text);
  void plan(const SchedulePlan& plan) const;
  void phase(const PhaseEvent& event) const;
  /// seconds_left is filled in from the steps so far.
  void step(Step step);

  const std::vector<Note>& notes() const { return notes_; }

 private:
  const RunEvents& events_;
  std::vector<Note> notes_;
  double step_seconds_ = 0;
};

/// A phase from its construction to end().
class PhaseAtWork {
 public:
  PhaseAtWork(const RunTeller& teller, Phase phase);
  /// Tells the end; returns the seconds.
  double end(bool is_reused = false);

 private:
  const RunTeller& teller_;
  Phase phase_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace redraw
