#include "cli/generate_command.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "cli/interrupt_guard.h"
#include "cli/run_lines.h"
#include "cli/terminal.h"
#include "jobs/output_folder.h"
#include "jobs/result_files.h"
#include "redraw/engine.h"

namespace redraw::cli {
namespace {

// The pictures of one command as they come: each is written and said.
class Pictures {
 public:
  Pictures(const std::string& folder, const RunEvents& events, Terminal& terminal, bool json)
      : folder_(folder), events_(events), terminal_(terminal), json_(json) {}

  void take(const Result& result) {
    terminal_.finish();
    const std::vector<std::filesystem::path> paths = save_result(result, folder_, events_);
    ++kept_;
    for (const std::filesystem::path& path : paths) terminal_.line("wrote " + path.string());
    if (json_) fmt::print("{}\n", result_json(result, paths));
  }

  /// The exit status of the whole command. One that was interrupted may have been done with all its pictures.
  int finish(const RunEnd& end, bool is_interrupted) {
    terminal_.finish();
    if (end.cancelled) {
      say_stopped(fmt::format("stopped after {} steps; {}", end.steps_run, kept_text()), end.steps_run);
      return kInterruptedStatus;
    }
    if (!is_interrupted) return 0;
    say_stopped(kept_ == 1 ? "stopped; the picture was finished and is kept"
                           : fmt::format("stopped; all {} pictures were finished and are kept", kept_),
                0);
    return kInterruptedStatus;
  }

 private:
  std::string kept_text() const {
    if (kept_ == 0) return "nothing was written";
    if (kept_ == 1) return "the picture before it is kept";
    return fmt::format("the {} pictures before it are kept", kept_);
  }

  // steps_run: of a picture that was not finished.
  void say_stopped(const std::string& text, int64_t steps_run) {
    terminal_.line(text);
    if (json_) fmt::print("{{\"cancelled\":true,\"steps_run\":{},\"kept\":{}}}\n", steps_run, kept_);
  }

  OutputFolder folder_;
  const RunEvents& events_;
  Terminal& terminal_;
  bool json_;
  int64_t kept_ = 0;
};

}  // namespace

std::string error_json(const std::string& code, const std::string& message) {
  return json_text({{"error", {{"code", code}, {"message", message}}}});
}

int generate_command(const Request& request, const GenerateOptions& options) {
  make_file_size_limit_an_error();
  const Verbosity verbosity = options.quiet ? Verbosity::quiet : Verbosity::normal;
  const Cancellation cancellation;
  InterruptGuard guard(cancellation, verbosity);  // before anything that takes long: opening a model does
  Engine engine(options.engine);
  Terminal terminal(options.json ? stderr : stdout, verbosity);
  RunEvents events = run_lines(terminal);
  Pictures pictures(options.outdir, events, terminal, options.json);
  events.on_picture = [&](const Result& result) { pictures.take(result); };
  const RunEnd end = engine.run_each(request, events, cancellation);
  return pictures.finish(end, guard.end());
}

}  // namespace redraw::cli
