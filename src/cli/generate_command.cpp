#include "cli/generate_command.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "cli/interrupt_guard.h"
#include "cli/result_files.h"
#include "cli/terminal.h"
#include "jobs/output_folder.h"
#include "redraw/engine.h"

namespace redraw::cli {
namespace {

std::string result_json(const Result& result, const std::vector<std::filesystem::path>& paths) {
  nlohmann::json extras = nlohmann::json::array();
  for (size_t i = 1; i < paths.size(); ++i) extras.push_back(paths[i].string());
  const nlohmann::json line = {
      {"file", paths.front().string()},
      {"extras", extras},
      {"width", result.width},
      {"height", result.height},
      {"seed", result.seed},
      {"steps_run", result.steps_run},
      {"network_rows", result.network_rows},
      {"warnings", warnings_json(result.warnings)},
      {"metadata", nlohmann::json::parse(result.metadata)},
      {"seconds",
       {{"load", result.load_seconds},
        {"text", result.text_seconds},
        {"encode", result.encode_seconds},
        {"denoise", result.denoise_seconds},
        {"decode", result.decode_seconds}}},
  };
  return json_text(line);
}

// The pictures of one command as they come: each is written and said.
class Pictures {
 public:
  Pictures(const std::string& folder, Terminal& terminal, bool json)
      : folder_(folder), terminal_(terminal), json_(json) {}

  void take(const Result& result) {
    terminal_.finish();
    if (result.cancelled) {
      report_stopped(result);
      return;
    }
    const std::vector<std::filesystem::path> paths = save_result(result, folder_);
    ++kept_;
    for (const std::filesystem::path& path : paths) terminal_.line("wrote " + path.string());
    if (json_) fmt::print("{}\n", result_json(result, paths));
  }

  /// Of the whole command, which was interrupted or not: the exit status. An interrupted one may have been done with
  /// all its pictures.
  int status(bool is_interrupted) {
    if (is_interrupted && !is_stopped_) {
      say_stopped(kept_ == 1 ? "stopped; the picture was finished and is kept"
                             : fmt::format("stopped; all {} pictures were finished and are kept", kept_),
                  0);
    }
    return is_stopped_ ? kInterruptedStatus : 0;
  }

 private:
  void report_stopped(const Result& result) {
    const std::string kept = kept_ == 0   ? "nothing was written"
                             : kept_ == 1 ? "the picture before it is kept"
                                          : fmt::format("the {} pictures before it are kept", kept_);
    say_stopped(fmt::format("stopped after {} steps; {}", result.steps_run, kept), result.steps_run);
  }

  // steps_run: of a picture that was not finished.
  void say_stopped(const std::string& text, int64_t steps_run) {
    terminal_.line(text);
    if (json_) fmt::print("{{\"cancelled\":true,\"steps_run\":{},\"kept\":{}}}\n", steps_run, kept_);
    is_stopped_ = true;
  }

  OutputFolder folder_;
  Terminal& terminal_;
  bool json_;
  int64_t kept_ = 0;
  bool is_stopped_ = false;
};

}  // namespace

std::string error_json(const std::string& code, const std::string& message) {
  return json_text({{"error", {{"code", code}, {"message", message}}}});
}

int generate_command(const Request& request, const GenerateOptions& options) {
  make_file_size_limit_an_error();
  const Verbosity verbosity = options.quiet ? Verbosity::quiet : Verbosity::normal;
  Engine engine({.threads = options.threads, .models_root = options.models_root});
  InterruptGuard guard(engine, verbosity);  // before anything that takes long: opening a model does
  Terminal terminal(options.json ? stderr : stdout, verbosity);
  Pictures pictures(options.outdir, terminal, options.json);
  const Observer observer{.on_line = [&](const std::string& text) { terminal.line(text); },
                          .on_step = [&](const Step& step) { terminal.step(step); }};
  engine.run_each(request, observer, [&](const Result& result) { pictures.take(result); });
  return pictures.status(guard.end());
}

}  // namespace redraw::cli
