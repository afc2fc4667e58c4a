#include "cli/sweep_command.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/json_text.h"
#include "base/temporary_file.h"
#include "cli/interrupt_guard.h"
#include "cli/result_files.h"
#include "cli/terminal.h"
#include "jobs/output_folder.h"
#include "jobs/request_key.h"
#include "jobs/sweep_record.h"
#include "jobs/sweep_sheet.h"
#include "library/resolve_model.h"
#include "redraw/engine.h"
#include "request/drawn_seed.h"

namespace redraw::cli {
namespace {

// One cell, with what the plan says about it.
struct PlannedCell {
  SweepCell cell;
  int64_t steps_run;
  int64_t steps;
};

std::vector<PlannedCell> planned(const Engine& engine, const Sweep& sweep) {
  std::vector<PlannedCell> cells;
  for (SweepCell& cell : sweep_cells(sweep)) {
    try {
      const SchedulePlan plan = engine.plan(cell.request, true);
      cells.push_back({std::move(cell), plan.steps_run(), std::ssize(plan.entries)});
    } catch (const Error& e) {
      throw Error(e.code(), cell.name() + ": " + e.what());
    }
  }
  return cells;
}

double seconds_of(const Result& result) {
  return result.text_seconds + result.encode_seconds + result.denoise_seconds + result.decode_seconds;
}

// A sweep at work: what its parts share.
class SweepRun {
 public:
  SweepRun(Sweep sweep, std::vector<PlannedCell> cells, std::string id, const std::filesystem::path& folder,
           const GenerateOptions& options)
      : sweep_(std::move(sweep)),
        cells_(std::move(cells)),
        id_(std::move(id)),
        folder_(folder),
        options_(options),
        engine_({.threads = options.threads, .models_root = options.models_root}),
        output_(folder),
        record_(folder),
        terminal_(options.json ? stderr : stdout, options.quiet ? Verbosity::quiet : Verbosity::normal) {}

  int run() {
    draw_open_seeds();
    InterruptGuard guard(engine_, options_.quiet ? Verbosity::quiet : Verbosity::normal);
    for (const PlannedCell& one : cells_) {
      if (guard.has_come()) return report_stopped();
      const std::string key = keys_.of(one.cell.request);
      if (const CellRecord* kept = record_.find(key)) {
        records_.push_back(*kept);
        ++kept_;
      } else if (!make(one, key)) {
        return report_stopped();
      }
    }
    return guard.has_come() ? report_stopped() : report_sheet(guard);
  }

 private:
  // One for all pictures, and for the sweep's next time.
  void draw_open_seeds() {
    if (!cells_.front().cell.request.seed) draw(&Request::seed, "seed");
    if (sweep_.base.variation_amount.value_or(0) != 0 && !sweep_.base.variation_seed) {
      draw(&Request::variation_seed, "variation_seed");
    }
  }

  void draw(std::optional<uint64_t> Request::*field, const std::string& name) {
    const std::optional<uint64_t> before = record_.drawn(id_, name);
    const uint64_t seed = before ? *before : drawn_seed();
    if (!before) record_.set_drawn(id_, name, seed);
    terminal_.line(fmt::format("{} {} (drawn{}), for all pictures", name, seed, before ? " before" : ""));
    sweep_.base.*field = seed;
    for (PlannedCell& one : cells_) one.cell.request.*field = seed;
  }

  // False: cancelled.
  bool make(const PlannedCell& one, const std::string& key) {
    terminal_.line(fmt::format("{} of {}: {}: running {} of {}", records_.size() + 1, cells_.size(), one.cell.name(),
                               one.steps_run, one.steps));
    // What a run says about itself is much the same for all.
    const bool is_first = made_ == 0;
    const Result result = engine_.run(one.cell.request, {.on_line =
                                                             [&](const std::string& line) {
                                                               if (is_first) terminal_.line(line);
                                                             },
                                                         .on_step = [&](const Step& step) { terminal_.step(step); }});
    terminal_.finish();
    if (is_first) warnings_ = result.warnings;  // of the prompts, which all pictures have
    if (result.cancelled) return false;
    const std::vector<std::filesystem::path> paths = save_result(result, output_);
    const CellRecord record{.file = paths.front().filename().string(),
                            .metadata = metadata_hash(result.metadata),
                            .steps_run = result.steps_run,
                            .steps = one.steps,
                            .seconds = seconds_of(result)};
    record_.add(key, record);
    records_.push_back(record);
    ++made_;
    for (const std::filesystem::path& path : paths) terminal_.line("wrote " + path.string());
    return true;
  }

  int report_stopped() {
    const size_t there = records_.size();
    terminal_.line(fmt::format("stopped; {} of {} pictures are there, the same command into {} makes {}", there,
                               cells_.size(), folder_.string(), there == cells_.size() ? "the sheet" : "the others"));
    if (options_.json) {
      fmt::print("{}\n", json_text({{"cancelled", true}, {"made", made_}, {"kept", kept_}}));
    }
    return kInterruptedStatus;
  }

  int report_sheet(InterruptGuard& guard) {
    const std::filesystem::path sheet = folder_ / ("sheet-" + id_ + ".png");
    replace_file(sheet, sweep_sheet(sweep_, records_, folder_));
    terminal_.line(fmt::format("{} pictures made, {} were there", made_, kept_));
    terminal_.line("wrote " + sheet.string());
    const bool is_interrupted = guard.end();
    if (is_interrupted) terminal_.line(fmt::format("stopped; all {} pictures and the sheet are there", cells_.size()));
    if (options_.json) fmt::print("{}\n", json(sheet, is_interrupted));
    return is_interrupted ? kInterruptedStatus : 0;
  }

  std::string json(const std::filesystem::path& sheet, bool is_interrupted) const {
    nlohmann::json cells = nlohmann::json::array();
    for (size_t i = 0; i < cells_.size(); ++i) {
      nlohmann::json cell = {{"file", (folder_ / records_[i].file).string()},
                             {"steps_run", records_[i].steps_run},
                             {"steps", records_[i].steps},
                             {"seconds", records_[i].seconds}};
      for (const SweepAxis& axis : sweep_.axes) {
        const std::optional<FieldValue> value = get_field(cells_[i].cell.request, *axis.field);
        cell["values"][std::string(axis.field->name)] = field_json(*value);
      }
      cells.push_back(cell);
    }
    nlohmann::json line = {{"cells", cells},
                           {"columns", sweep_.columns()},
                           {"sheet", sheet.string()},
                           {"record", record_.path().string()},
                           {"warnings", warnings_json(warnings_)},
                           {"made", made_},
                           {"kept", kept_}};
    if (is_interrupted) line["cancelled"] = true;
    return json_text(line);
  }

  Sweep sweep_;
  std::vector<PlannedCell> cells_;
  std::string id_;
  std::filesystem::path folder_;
  GenerateOptions options_;
  Engine engine_;
  OutputFolder output_;
  SweepRecord record_;
  Terminal terminal_;
  RequestKeys keys_;
  std::vector<Warning> warnings_;
  std::vector<CellRecord> records_;  // of the cells so far
  int64_t made_ = 0;
  int64_t kept_ = 0;
};

}  // namespace

int sweep_command(const Sweep& asked, const GenerateOptions& options) {
  Sweep sweep = asked;
  // Pictures are known again by what made them: by the model itself, whatever its name or the default is next time.
  sweep.base = with_model_path(std::move(sweep.base), options.models_root);
  make_file_size_limit_an_error();
  // What cannot run is refused before there is a folder.
  std::vector<PlannedCell> cells = planned(Engine(1), sweep);
  const std::string id = RequestKeys().id_of(sweep);
  const std::filesystem::path folder = options.outdir.empty() ? std::filesystem::path("outputs") / ("sweep-" + id)
                                                              : std::filesystem::path(options.outdir);
  return SweepRun(sweep, std::move(cells), id, folder, options).run();
}

}  // namespace redraw::cli
