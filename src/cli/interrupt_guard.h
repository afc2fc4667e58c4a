// Ctrl-C while a run goes on.
#pragma once

#include <csignal>

#include "cli/terminal.h"
#include "redraw/cancellation.h"

namespace redraw::cli {

inline constexpr int kInterruptedStatus = 130;  ///< the exit status of a command that was stopped

/// From here on a file size limit is an error of the write, which cleans up behind itself, and not the end of the
/// program.
void make_file_size_limit_an_error();

/// While it lives, Ctrl-C (and the TERM of a service manager) cancel a run, and standard error says so; a second one
/// ends the program at once. A command that took a signal begins nothing more, keeps what was finished, and
/// ends with kInterruptedStatus, however little was left to do.
class InterruptGuard {
 public:
  InterruptGuard(const Cancellation& cancellation, Verbosity verbosity);
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();

  /// Whether a signal has come.
  bool has_come() const;
  /// Gives the signals back, so that none comes between the answer and the end of the command; whether one has come.
  bool end();

 private:
  Cancellation cancellation_;
  bool is_over_ = false;
  struct sigaction before_interrupt_ = {};
  struct sigaction before_terminate_ = {};
};

}  // namespace redraw::cli
