// A schedule as text for people and as JSON for programs.
#pragma once

#include <span>
#include <string>

#include "redraw/schedule_plan.h"

namespace redraw {

/// The plan line, the rule in words and a table with a line for each entry; ends with a line feed.
std::string schedule_text(const SchedulePlan& plan);
/// One line, sorted keys. A level that is infinite is null, which JSON has instead.
std::string schedule_json(const SchedulePlan& plan);

/// A line for each rule: how many steps it runs, from where, and the rule in words.
std::string rules_text(std::span<const RulePlan> plans);
/// {"rules": [...]}, one line; a rule that refuses has "refusal" in place of its numbers.
std::string rules_json(std::span<const RulePlan> plans);

}  // namespace redraw
