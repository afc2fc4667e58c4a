// Plans the steps of a run without running it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "redraw/request.h"
#include "redraw/schedule_plan.h"

namespace redraw {

/// Tells which steps a request would take. It reads only a model's configuration: no weights, no picture, no threads.
/// Every function may be called from any thread at any time, even while an Engine runs.
class Planner {
 public:
  /// See EngineOptions.
  explicit Planner(std::string models_root = {}, std::string data_folder = {})
      : models_root_(std::move(models_root)), data_folder_(std::move(data_folder)) {}

  /// The steps that a run of this request would take. from_picture: image to image. The picture and the prompt do not
  /// matter. Throws the errors of Engine::run that concern the steps. hires_fix has two plans, so it throws usage.
  SchedulePlan plan(const Request& request, bool from_picture) const;

  /// Plans by every rule that turns strength into steps, in the order of the rules' table. The request's semantics does
  /// not matter. Throws the first rule's error if all rules refuse.
  std::vector<RulePlan> plan_by_every_rule(const Request& request, bool from_picture) const;

 private:
  std::string models_root_;
  std::string data_folder_;
};

}  // namespace redraw
