#include "cli/sweep_command.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "cli/interrupt_guard.h"
#include "cli/run_lines.h"
#include "cli/terminal.h"
#include "jobs/sweep_run.h"
#include "library/resolve_model.h"

namespace redraw::cli {
namespace {

SweepEvents sweep_lines(Terminal& terminal, const SweepRun& run) {
  // What a run says about itself is much the same for all: the first one says it.
  const auto say_of_first = [&](const std::string& line) {
    if (run.made() == 0) terminal.line(line);
  };
  SweepEvents events;
  events.on_seed = [&](const std::string& field, uint64_t seed, bool is_drawn_before) {
    terminal.line(fmt::format("{} {} (drawn{}), for all pictures", field, seed, is_drawn_before ? " before" : ""));
  };
  events.on_cell = [&](int64_t index, int64_t count, const PlannedCell& one) {
    terminal.finish();
    terminal.line(
        fmt::format("{} of {}: {}: running {} of {}", index + 1, count, one.cell.name(), one.steps_run, one.steps));
  };
  events.on_saved = [&](const std::vector<std::filesystem::path>& paths) {
    terminal.finish();
    for (const std::filesystem::path& path : paths) terminal.line("wrote " + path.string());
  };
  events.run = {.on_plan = [say_of_first](const SchedulePlan& plan) { say_of_first(plan.line); },
                .on_note = [say_of_first](const Note& note) { say_of_first(note_line(note)); },
                .on_step = [&](const Step& step) { terminal.step(step); }};
  return events;
}

int report_stopped(const SweepRun& run, const std::filesystem::path& folder, Terminal& terminal, bool json) {
  terminal.finish();
  const int64_t there = run.made() + run.kept();
  terminal.line(fmt::format("stopped; {} of {} pictures are there, the same command into {} makes {}", there,
                            run.cells(), folder.string(), there == run.cells() ? "the sheet" : "the others"));
  if (json) {
    fmt::print("{}\n", json_text({{"cancelled", true}, {"made", run.made()}, {"kept", run.kept()}}));
  }
  return kInterruptedStatus;
}

int report_sheet(const SweepRun& run, InterruptGuard& guard, Terminal& terminal, bool json) {
  const std::filesystem::path sheet = run.write_sheet();
  terminal.line(fmt::format("{} pictures made, {} were there", run.made(), run.kept()));
  terminal.line("wrote " + sheet.string());
  const bool is_interrupted = guard.end();
  if (is_interrupted) terminal.line(fmt::format("stopped; all {} pictures and the sheet are there", run.cells()));
  if (json) fmt::print("{}\n", run.json(sheet, is_interrupted));
  return is_interrupted ? kInterruptedStatus : 0;
}

}  // namespace

int sweep_command(const Sweep& asked, const GenerateOptions& options) {
  Sweep sweep = asked;
  // Pictures are known again by what made them: by the model itself, whatever its name or the default is next time.
  sweep.base = with_model_path(std::move(sweep.base), options.engine.models_root);
  make_file_size_limit_an_error();
  // What cannot run is refused before there is a folder.
  std::vector<PlannedCell> cells = planned_cells(Planner(), sweep);
  const std::filesystem::path folder = options.outdir.empty()
                                           ? std::filesystem::path("outputs") / ("sweep-" + RequestKeys().id_of(sweep))
                                           : std::filesystem::path(options.outdir);
  const Verbosity verbosity = options.quiet ? Verbosity::quiet : Verbosity::normal;
  Terminal terminal(options.json ? stderr : stdout, verbosity);
  SweepRun run(std::move(sweep), std::move(cells), folder);
  const Cancellation cancellation;
  InterruptGuard guard(cancellation, verbosity);
  Engine engine(options.engine);
  const bool is_finished = run.run(engine, sweep_lines(terminal, run), cancellation);
  return is_finished ? report_sheet(run, guard, terminal, options.json)
                     : report_stopped(run, folder, terminal, options.json);
}

}  // namespace redraw::cli
