// A run's events as lines of the terminal.
#pragma once

#include <string>

#include "cli/terminal.h"
#include "redraw/run_events.h"

namespace redraw::cli {

/// "hint: 4 steps are few; ..."
std::string note_line(const Note& note);

/// Events that print the plan, the notes and the steps. The terminal must outlive them.
RunEvents run_lines(Terminal& terminal);

}  // namespace redraw::cli
