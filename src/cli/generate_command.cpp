#include "cli/generate_command.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/json_text.h"
#include "app/output_folder.h"
#include "cli/interrupt_guard.h"
#include "cli/result_files.h"
#include "cli/terminal.h"
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

// Writes a picture and says so; the exit status.
int report_result(const Result& result, OutputFolder& folder, Terminal& terminal, bool json) {
  terminal.finish();
  if (result.cancelled) {
    terminal.line(fmt::format("stopped after {} steps; nothing was written", result.steps_run));
    if (json) fmt::print("{{\"cancelled\":true,\"steps_run\":{}}}\n", result.steps_run);
    return kInterruptedStatus;
  }
  const std::vector<std::filesystem::path> paths = save_result(result, folder);
  for (const std::filesystem::path& path : paths) terminal.line("wrote " + path.string());
  if (json) fmt::print("{}\n", result_json(result, paths));
  return 0;
}

}  // namespace

std::string error_json(const std::string& code, const std::string& message) {
  return json_text({{"error", {{"code", code}, {"message", message}}}});
}

int generate_command(const Request& request, const GenerateOptions& options) {
  make_file_size_limit_an_error();
  OutputFolder folder(options.outdir);
  Engine engine({.threads = options.threads, .models_root = options.models_root});
  Terminal terminal(options.json ? stderr : stdout, options.quiet ? Verbosity::quiet : Verbosity::normal);
  const Observer observer{.on_line = [&](const std::string& text) { terminal.line(text); },
                          .on_step = [&](const Step& step) { terminal.step(step); }};
  int status = 0;
  const InterruptGuard guard(engine);
  engine.run_each(request, observer,
                  [&](const Result& result) { status = report_result(result, folder, terminal, options.json); });
  return status;
}

}  // namespace redraw::cli
