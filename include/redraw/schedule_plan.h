// The steps of a run, known before the network is called: what `redraw plan` shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace redraw {

/// One step of a schedule.
struct PlanEntry {
  double timestep = 0;       ///< as the network sees it
  double sigma = 0;          ///< noise level before the step; infinite where nothing of the picture is left
  double alpha_cumprod = 0;  ///< 1 / (1 + sigma^2), 0..1: the picture's share of the variance
  double noise_share = 0;    ///< sqrt(1 - alpha_cumprod), 0..1: the noise's share of the deviation
  bool is_run = false;
  std::optional<int64_t> network_calls = {};  ///< in this step; empty if the sampler's error control decides
};

/// The value of a field as a run uses it.
struct UsedValue {
  std::string field;
  std::string value;   ///< as a person would type it
  std::string origin;  ///< who chose it: "request", "model" or "program"
};

struct SchedulePlan {
  std::string line = {};  ///< as a run prints it
  std::string hint = {};  ///< advice, or empty
  bool from_picture = false;
  std::string sampler = {};
  std::string schedule = {};
  std::string spacing = {};
  std::string prediction_type = {};
  std::string semantics = {};  ///< the program whose rules are followed, strength to steps among them
  std::string rule = {};       ///< what decided which steps are run: "diffusers: the last int(steps * strength) steps"
  int64_t steps_asked = 0;
  std::vector<PlanEntry> entries = {};  ///< in the order in which they are taken; not empty
  double final_sigma = 0;               ///< noise level after the last entry
  int64_t begin = 0;                    ///< entries [begin, end) are run
  int64_t end = 0;
  int64_t first_pass_steps = 0;        ///< of hires_fix: steps at the model's size, run before these
  std::vector<UsedValue> values = {};  ///< every field that has a value, in the order of the table
  int64_t noised = 0;                  ///< entry to whose level the picture is noised: begin, except for one old fault
  std::optional<int64_t> network_calls = {};  ///< in the whole run; empty if the sampler's error control decides

  int64_t steps_run() const { return end - begin; }
  const PlanEntry& first() const { return entries[static_cast<size_t>(begin)]; }
};

/// A request planned by one program's rule.
struct RulePlan {
  std::string semantics = {};
  std::string rule = {};
  std::optional<SchedulePlan> plan = {};  ///< empty if the rule refuses the request
  std::string refusal = {};               ///< the reason, if it refuses
};

}  // namespace redraw
