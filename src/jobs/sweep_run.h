// A sweep at work.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "jobs/output_folder.h"
#include "jobs/request_key.h"
#include "jobs/sweep.h"
#include "jobs/sweep_record.h"
#include "redraw/engine.h"

namespace redraw {

/// One cell, with what the plan says about it.
struct PlannedCell {
  SweepCell cell;
  int64_t steps_run = 0;
  int64_t steps = 0;  ///< of the whole schedule
};

/// Plans every picture of a sweep. What cannot run throws the plan's Error, the cell's name in front.
std::vector<PlannedCell> planned_cells(const Planner& planner, const Sweep& sweep);

/// What a sweep tells beside what each of its runs tells. Each may be empty.
struct SweepEvents {
  /// A seed that is left open: drawn now, or by an earlier sweep into the folder.
  std::function<void(const std::string& field, uint64_t seed, bool is_drawn_before)> on_seed = nullptr;
  std::function<void(int64_t index, int64_t count, const PlannedCell& cell)> on_cell = nullptr;
  std::function<void(const std::vector<std::filesystem::path>& paths)> on_saved = nullptr;
  /// Of each run. on_picture is the sweep's own.
  RunEvents run = {};
};

/// Makes every picture of a sweep that is not in its folder yet.
class SweepRun {
 public:
  /// cells: as from planned_cells. Makes the folder. Throws Error: as OutputFolder and SweepRecord.
  SweepRun(Sweep sweep, std::vector<PlannedCell> cells, const std::filesystem::path& folder);

  /// Returns false where the sweep was cancelled; what was made is kept. Throws as Engine::run and OutputFolder::save.
  bool run(Engine& engine, const SweepEvents& events, const Cancellation& cancellation);
  /// Writes the sheet of all pictures, once all are there. Returns its path.
  std::filesystem::path write_sheet() const;

  int64_t cells() const { return std::ssize(cells_); }
  int64_t made() const { return made_; }
  int64_t kept() const { return kept_; }
  /// One line. sheet: as from write_sheet.
  std::string json(const std::filesystem::path& sheet, bool is_cancelled) const;

 private:
  void draw_open_seeds(const SweepEvents& events);
  bool make(const PlannedCell& one, const std::string& key, Engine& engine, const SweepEvents& events,
            const Cancellation& cancellation);

  Sweep sweep_;
  std::vector<PlannedCell> cells_;
  std::string id_;
  std::filesystem::path folder_;
  OutputFolder output_;
  SweepRecord record_;
  RequestKeys keys_;
  std::vector<Note> notes_;          ///< of the first run
  std::vector<CellRecord> records_;  ///< of the cells so far
  int64_t made_ = 0;
  int64_t kept_ = 0;
};

}  // namespace redraw
