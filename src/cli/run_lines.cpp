#include "cli/run_lines.h"

namespace redraw::cli {

std::string note_line(const Note& note) {
  constexpr std::string_view kBefore[] = {"", "hint: ", "warning: "};
  return std::string(kBefore[static_cast<size_t>(note.kind)]) + note.text;
}

RunEvents run_lines(Terminal& terminal) {
  return {.on_plan = [&](const SchedulePlan& plan) { terminal.line(plan.line); },
          .on_note = [&](const Note& note) { terminal.line(note_line(note)); },
          .on_step = [&](const Step& step) { terminal.step(step); }};
}

}  // namespace redraw::cli
