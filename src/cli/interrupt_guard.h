// Ctrl-C while a run goes on.
#pragma once

#include <csignal>

#include "cli/terminal.h"
#include "redraw/engine.h"

namespace redraw::cli {

inline constexpr int kInterruptedStatus = 130;  ///< the exit status of a command that was stopped

/// While it lives, Ctrl-C (and the TERM of a service manager) cancel the engine's run, and standard error says so; a
/// second one ends the program at once.
class InterruptGuard {
 public:
  InterruptGuard(Engine& engine, Verbosity verbosity);
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();

 private:
  struct sigaction before_interrupt_ = {};
  struct sigaction before_terminate_ = {};
};

}  // namespace redraw::cli
