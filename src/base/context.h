// What every part of the engine is handed instead of globals.
#pragma once

namespace redraw {

/// The threads that a computation may use. Set once, before use; the same count gives the same bytes on the same
/// machine. What belongs to a run, such as its cancellation, is passed with the run (ops/backend.h, RunScope).
class Context {
 public:
  /// threads: of the CPU kernels, at least 1.
  explicit Context(int threads) : threads_(threads) {}

  int threads() const { return threads_; }

  /// The processors this process may run on.
  static int available_processors();

 private:
  int threads_;
};

}  // namespace redraw
