// The steps of a run without the run.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "redraw/request.h"
#include "redraw/schedule_plan.h"

namespace redraw {

/// Says which steps a request would take. It reads a model's configuration alone: no weights, no picture, no threads.
/// Every function may be called from any thread at any time, also while an Engine runs.
class Planner {
 public:
  /// As in EngineOptions.
  explicit Planner(std::string models_root = {}, std::string data_folder = {})
      : models_root_(std::move(models_root)), data_folder_(std::move(data_folder)) {}

  /// The steps that a run of this request would take. from_picture: image to image; the picture itself and the prompt
  /// do not matter. Throws Error as Engine::run does for whatever concerns the steps, and usage for hires_fix, which
  /// has two plans.
  SchedulePlan plan(const Request& request, bool from_picture) const;

  /// The same by every rule that turns strength into steps, in the order of their table; the request's semantics does
  /// not matter. Throws what the first rule throws where all refuse.
  std::vector<RulePlan> plan_by_every_rule(const Request& request, bool from_picture) const;

 private:
  std::string models_root_;
  std::string data_folder_;
};

}  // namespace redraw
