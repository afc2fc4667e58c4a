#include "jobs/sweep_run.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/json_text.h"
#include "base/temporary_file.h"
#include "jobs/result_files.h"
#include "jobs/sweep_sheet.h"
#include "request/drawn_seed.h"
#include "request/request_json.h"

namespace redraw {

std::vector<PlannedCell> planned_cells(const Planner& planner, const Sweep& sweep) {
  std::vector<PlannedCell> cells;
  for (SweepCell& cell : sweep_cells(sweep)) {
    try {
      const SchedulePlan plan = planner.plan(cell.request, true);
      cells.push_back({.cell = std::move(cell), .steps_run = plan.steps_run(), .steps = std::ssize(plan.entries)});
    } catch (const Error& e) {
      throw Error(e.code(), cell.name() + ": " + e.what());
    }
  }
  return cells;
}

SweepRun::SweepRun(Sweep sweep, std::vector<PlannedCell> cells, const std::filesystem::path& folder)
    : sweep_(std::move(sweep)),
      cells_(std::move(cells)),
      id_(RequestKeys().id_of(sweep_)),
      folder_(folder),
      output_(folder),
      record_(folder) {}

bool SweepRun::run(Engine& engine, const SweepEvents& events, const Cancellation& cancellation) {
  draw_open_seeds(events);
  for (const PlannedCell& one : cells_) {
    if (cancellation.is_cancelled()) return false;
    const std::string key = keys_.of(one.cell.request);
    if (const CellRecord* kept = record_.find(key)) {
      records_.push_back(*kept);
      ++kept_;
    } else if (!make(one, key, engine, events, cancellation)) {
      return false;
    }
  }
  return !cancellation.is_cancelled();
}

// One seed for all pictures, and for the sweep's next time.
void SweepRun::draw_open_seeds(const SweepEvents& events) {
  const auto draw = [&](std::optional<uint64_t> RequestNoise::*field, const std::string& name) {
    const std::optional<uint64_t> before = record_.drawn(id_, name);
    const uint64_t seed = before ? *before : drawn_seed();
    if (!before) record_.set_drawn(id_, name, seed);
    if (events.on_seed) events.on_seed(name, seed, before.has_value());
    sweep_.base.noise.*field = seed;
    for (PlannedCell& one : cells_) one.cell.request.noise.*field = seed;
  };
  if (!cells_.front().cell.request.noise.seed) draw(&RequestNoise::seed, "seed");
  const RequestNoise& noise = sweep_.base.noise;
  if (noise.variation_amount.value_or(0) != 0 && !noise.variation_seed) {
    draw(&RequestNoise::variation_seed, "variation_seed");
  }
}

bool SweepRun::make(const PlannedCell& one, const std::string& key, Engine& engine, const SweepEvents& events,
                    const Cancellation& cancellation) {
  if (events.on_cell) events.on_cell(std::ssize(records_), std::ssize(cells_), one);
  const Result result = engine.run(one.cell.request, events.run, cancellation);
  if (result.cancelled) return false;
  if (made_ == 0) notes_ = result.notes;  // of the prompts, which all pictures have
  const std::vector<std::filesystem::path> paths = save_result(result, output_, events.run);
  const CellRecord record{.file = paths.front().filename().string(),
                          .metadata = metadata_hash(result.metadata),
                          .steps_run = result.steps_run,
                          .steps = one.steps,
                          .seconds = result.seconds.total() - result.seconds.load,
                          .reused = reused_phases(result)};
  record_.add(key, record);
  records_.push_back(record);
  ++made_;
  if (events.on_saved) events.on_saved(paths);
  return true;
}

std::filesystem::path SweepRun::write_sheet() const {
  std::filesystem::path sheet = folder_ / ("sheet-" + id_ + ".png");
  replace_file(sheet, sweep_sheet(sweep_, records_, folder_));
  return sheet;
}

std::string SweepRun::json(const std::filesystem::path& sheet, bool is_cancelled) const {
  nlohmann::json cells = nlohmann::json::array();
  for (size_t i = 0; i < records_.size(); ++i) {
    nlohmann::json cell = {{"file", (folder_ / records_[i].file).string()},
                           {"steps_run", records_[i].steps_run},
                           {"steps", records_[i].steps},
                           {"seconds", records_[i].seconds},
                           {"reused", records_[i].reused}};
    for (const SweepAxis& axis : sweep_.axes) {
      cell["values"][std::string(axis.field->name)] = field_json(*get_field(cells_[i].cell.request, *axis.field));
    }
    cells.push_back(cell);
  }
  nlohmann::json line = {{"cells", cells},
                         {"columns", sweep_.columns()},
                         {"sheet", sheet.string()},
                         {"record", record_.path().string()},
                         {"warnings", warnings_json(notes_)},
                         {"made", made_},
                         {"kept", kept_}};
  if (is_cancelled) line["cancelled"] = true;
  return json_text(line);
}

}  // namespace redraw
