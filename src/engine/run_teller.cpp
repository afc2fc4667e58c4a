#include "engine/run_teller.h"

#include <utility>

namespace redraw {

void RunTeller::note(NoteKind kind, std::string code, const std::string& text) {
  if (text.empty()) return;
  notes_.push_back({.kind = kind, .code = std::move(code), .text = text});
  if (events_.on_note) events_.on_note(notes_.back());
}

void RunTeller::plan(const SchedulePlan& plan) const {
  if (events_.on_plan) events_.on_plan(plan);
}

void RunTeller::phase(const PhaseEvent& event) const {
  if (events_.on_phase) events_.on_phase(event);
}

void RunTeller::step(Step step) {
  step_seconds_ += step.seconds;
  const auto taken = static_cast<double>(step.index + 1);
  step.seconds_left = step_seconds_ / taken * static_cast<double>(step.count - step.index - 1);
  if (events_.on_step) events_.on_step(step);
}

PhaseAtWork::PhaseAtWork(const RunTeller& teller, Phase phase) : teller_(teller), phase_(phase) {
  teller_.phase({.phase = phase_, .is_end = false});
}

double PhaseAtWork::end(bool is_reused) {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  teller_.phase({.phase = phase_, .is_end = true, .seconds = seconds, .is_reused = is_reused});
  return seconds;
}

}  // namespace redraw
