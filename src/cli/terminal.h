// What a run says while it goes on.
#pragma once

#include <cstdio>
#include <string>

#include "redraw/engine.h"

namespace redraw::cli {

enum class Verbosity { quiet, normal };

/// Lines for people, and the progress of the steps: a bar that redraws itself on a terminal, a line a step elsewhere,
/// nothing when quiet.
class Terminal {
 public:
  /// stream: stdout, or stderr when stdout is kept for JSON.
  Terminal(std::FILE* stream, Verbosity verbosity);

  void line(const std::string& text);
  void step(const Step& step);
  /// Ends the bar, if there is one.
  void finish();

 private:
  std::FILE* stream_;
  Verbosity verbosity_;
  bool is_terminal_;
  bool bar_is_open_ = false;
  double seconds_ = 0;
};

}  // namespace redraw::cli
