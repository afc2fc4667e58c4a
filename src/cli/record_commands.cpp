#include "cli/record_commands.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json_text.h"
#include "cli/interrupt_guard.h"
#include "cli/print_text.h"
#include "cli/run_lines.h"
#include "jobs/output_folder.h"
#include "jobs/record_text.h"
#include "jobs/rerun.h"
#include "jobs/result_files.h"

namespace redraw::cli {
namespace {

constexpr int kNotTheSameStatus = 1;

// Where the pictures of the examples are, for somebody who works in the project.
const char* const kExamplesFolder = "examples";

int report_of_file(const std::string& file, const Error& error, bool json) {
  const CodeInfo& info = code_info(error.code());
  print_text(stderr, "redraw: {}\n", error.what());
  const nlohmann::json fault = {{"code", info.name}, {"message", printable_text(error.what())}};
  if (json) fmt::print("{}\n", ascii_json_text({{"file", file}, {"error", fault}}));
  return info.exit_status;
}

int report_rerun(const RerunReport& report, const RerunOptions& options, Terminal& terminal) {
  std::vector<std::filesystem::path> saved;
  if (report.was_run && !options.outdir.empty()) {
    OutputFolder folder(options.outdir);
    saved = save_result(report.result, folder);
    terminal.line("wrote " + saved.front().string());
  }
  if (report.is_same) {
    terminal.line(options.file + ": the same, byte for byte");
  } else {
    terminal.line(options.file +
                  (report.was_run ? ": not the same, byte for byte" : ": cannot be made again as it was"));
  }
  for (const Difference& one : report.differences) terminal.line("  " + one.text);
  if (!report.is_same && report.different_pixels == 0) terminal.line("  every pixel is the same");
  if (options.json) {
    fmt::print("{}\n", rerun_json(report, options.file, saved.empty() ? std::filesystem::path() : saved.front()));
  }
  return report.is_same ? 0 : kNotTheSameStatus;
}

}  // namespace

int metadata_command(const std::vector<std::string>& files, bool json) {
  int worst = 0;
  for (const std::string& file : files) {
    try {
      const Record record = read_record_file(file);
      print_text_or_json(record_text(record, file) + (file == files.back() ? "" : "\n"), record_line_json(record, file),
                         json);
    } catch (const Error& e) {
      worst = std::max(worst, report_of_file(file, e, json));
    }
  }
  return worst;
}

int rerun_command(const RerunOptions& options) {
  make_file_size_limit_an_error();
  const Verbosity verbosity = options.quiet ? Verbosity::quiet : Verbosity::normal;
  const Cancellation cancellation;
  InterruptGuard guard(cancellation, verbosity);
  RerunPlaces places{.folders = {std::filesystem::current_path(), std::filesystem::current_path() / kExamplesFolder},
                     .models_root = options.engine.models_root,
                     .data_folder = options.engine.data_folder};
  for (const auto& [field, value] : options.given) {
    if (!value.empty()) places.given.emplace(field, value);
  }
  if (!options.outdir.empty()) OutputFolder(options.outdir);  // so that nobody waits for a picture with nowhere to go
  FileSums sums(options.engine.cache_folder);
  Engine engine(options.engine);
  Terminal terminal(options.json ? stderr : stdout, verbosity);
  const RerunReport report = rerun(engine, options.file, places, sums, run_lines(terminal), cancellation);
  terminal.finish();
  if (guard.end()) {
    terminal.line("stopped; nothing was compared");
    if (options.json) fmt::print("{}\n", rerun_json({.is_cancelled = true}, options.file, {}));
    return kInterruptedStatus;
  }
  return report_rerun(report, options, terminal);
}

}  // namespace redraw::cli
