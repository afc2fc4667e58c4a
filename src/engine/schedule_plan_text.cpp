#include "engine/schedule_plan_text.h"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/json_text.h"
#include "base/text_table.h"

namespace redraw {
namespace {

std::string calls_text(const std::optional<int64_t>& calls) {
  return calls ? std::to_string(*calls) : "?";
}

nlohmann::json calls_json(const std::optional<int64_t>& calls) {
  return calls ? nlohmann::json(*calls) : nlohmann::json(nullptr);
}

std::string level(double sigma) {
  return fmt::format("{:.4f}", sigma);
}

std::string plural(int64_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

std::string entries_table(const SchedulePlan& plan) {
  const TableColumn columns[] = {{"step", true},        {"t", true},   {"sigma", true}, {"alpha-bar", true},
                                 {"noise share", true}, {"run", true}, {"calls", true}};
  std::vector<std::vector<std::string>> rows;
  int64_t run = 0;
  for (size_t i = 0; i < plan.entries.size(); ++i) {
    const PlanEntry& entry = plan.entries[i];
    rows.push_back({std::to_string(i + 1), fmt::format("{:.6g}", entry.timestep), level(entry.sigma),
                    fmt::format("{:.4f}", entry.alpha_cumprod), fmt::format("{:.4f}", entry.noise_share),
                    entry.is_run ? std::to_string(++run) : "-", entry.is_run ? calls_text(entry.network_calls) : "-"});
  }
  const double alpha = 1.0 / (1.0 + plan.final_sigma * plan.final_sigma);
  rows.push_back({"end", "", level(plan.final_sigma), fmt::format("{:.4f}", alpha),
                  fmt::format("{:.4f}", std::sqrt(1.0 - alpha))});
  return text_table(columns, rows);
}

nlohmann::json plan_json(const SchedulePlan& plan) {
  nlohmann::json entries = nlohmann::json::array();
  for (size_t i = 0; i < plan.entries.size(); ++i) {
    const PlanEntry& entry = plan.entries[i];
    entries.push_back({{"step", i + 1},
                       {"timestep", entry.timestep},
                       {"sigma", entry.sigma},
                       {"alpha_cumprod", entry.alpha_cumprod},
                       {"noise_share", entry.noise_share},
                       {"is_run", entry.is_run},
                       {"network_calls", entry.is_run ? calls_json(entry.network_calls) : nlohmann::json(0)}});
  }
  return {{"line", plan.line},
          {"from_picture", plan.from_picture},
          {"sampler", plan.sampler},
          {"schedule", plan.schedule},
          {"spacing", plan.spacing},
          {"prediction_type", plan.prediction_type},
          {"semantics", plan.semantics},
          {"rule", plan.rule},
          {"steps_asked", plan.steps_asked},
          {"steps", plan.entries.size()},
          {"steps_run", plan.steps_run()},
          {"begin", plan.begin},
          {"end", plan.end},
          {"noised", plan.noised},
          {"network_calls", calls_json(plan.network_calls)},
          {"first_timestep", plan.first().timestep},
          {"first_sigma", plan.entries[static_cast<size_t>(plan.noised)].sigma},
          {"final_sigma", plan.final_sigma},
          {"entries", entries}};
}

}  // namespace

std::string schedule_text(const SchedulePlan& plan) {
  std::string text = plan.line + "\n";
  if (!plan.hint.empty()) text += "hint: " + plan.hint + "\n";
  if (plan.from_picture) text += fmt::format("rule of {}\n", plan.rule);
  if (plan.noised != plan.begin) {
    text += fmt::format("the picture is noised to the level of step {}, but the first that is run is step {}\n",
                        plan.noised + 1, plan.begin + 1);
  }
  text += fmt::format("schedule {}, {}{}, {}\n\n", plan.schedule,
                      plan.spacing.empty() ? "" : "spacing " + plan.spacing + ", ", plural(plan.steps_run(), "step"),
                      plan.network_calls ? plural(*plan.network_calls, "network call")
                                         : std::string("network calls as its error control wants"));
  return text + entries_table(plan);
}

std::string schedule_json(const SchedulePlan& plan) {
  return json_text(plan_json(plan));
}

std::string rules_text(std::span<const RulePlan> plans) {
  const TableColumn columns[] = {{"semantics"},   {"run", true},   {"of", true}, {"from t", true},
                                 {"sigma", true}, {"calls", true}, {"rule"}};
  std::vector<std::vector<std::string>> rows;
  for (const RulePlan& row : plans) {
    if (!row.plan) {
      rows.push_back({row.semantics, "-", "-", "-", "-", "-", "refuses: " + row.refusal});
      continue;
    }
    const SchedulePlan& plan = *row.plan;
    rows.push_back({row.semantics, std::to_string(plan.steps_run()), std::to_string(plan.entries.size()),
                    fmt::format("{:.6g}", plan.first().timestep),
                    level(plan.entries[static_cast<size_t>(plan.noised)].sigma), calls_text(plan.network_calls),
                    row.rule});
  }
  return text_table(columns, rows);
}

std::string rules_json(std::span<const RulePlan> plans) {
  nlohmann::json rules = nlohmann::json::array();
  for (const RulePlan& row : plans) {
    if (row.plan) {
      rules.push_back(plan_json(*row.plan));
      rules.back().erase("entries");
    } else {
      rules.push_back({{"semantics", row.semantics}, {"rule", row.rule}, {"refusal", row.refusal}});
    }
  }
  return json_text({{"rules", rules}});
}

}  // namespace redraw
