// Ctrl-C while a run goes on.
#pragma once

#include <csignal>

#include "redraw/engine.h"

namespace redraw::cli {

inline constexpr int kInterruptedStatus = 130;  ///< the exit status of a command that was stopped

/// While it lives, Ctrl-C (and the TERM of a service manager) cancel the engine's run; a second one ends the program.
class InterruptGuard {
 public:
  explicit InterruptGuard(Engine& engine);
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();

 private:
  struct sigaction before_interrupt_ = {};
  struct sigaction before_terminate_ = {};
};

}  // namespace redraw::cli
