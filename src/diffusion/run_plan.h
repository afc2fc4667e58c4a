// Which steps a run takes: sampler, schedule, strength and rules brought together before the network is called.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "diffusion/sampler.h"
#include "diffusion/semantics.h"

namespace redraw {

/// What a person asks of the steps.
struct RunChoice {
  NamedSampler sampler = {samplers().front(), SigmaRule::model};  ///< with the schedule that its name implies
  int64_t steps = 30;
  ScheduleChoice schedule = {};
  const Semantics* semantics = &all_semantics().front();
  bool has_picture = false;  ///< image to image: strength and the two below count
  double strength = 0.75;    ///< in (0, 1]
  /// Strength 1 begins with noise alone, as text to image, not with a picture noised to the highest level: of models
  /// that see the picture by another way.
  bool full_strength_is_noise = false;
  /// Exactly `steps` steps over the range that strength leaves, which begins exactly at the level of timestep
  /// strength * (num_train_timesteps - 1): no strength is rounded to a whole number of steps.
  bool exact_steps = false;
  std::optional<double> denoising_start = {};  ///< in [0, 1): begin there, as 1 - strength, by comparing timesteps
  std::optional<double> denoising_end = {};    ///< in (0, 1]: stop there and leave the rest of the noise in the latent
};

struct RunPlan {
  SamplingPlan sampling;
  int64_t steps_asked = 0;
  int64_t begin = 0;  ///< entries [begin, end) of the table are run
  int64_t end = 0;
  int64_t noised = 0;       ///< entry to whose level the picture is noised
  bool from_noise = false;  ///< no picture is noised: the run begins with noise alone
  const Semantics* semantics = nullptr;

  const StepTable& table() const { return sampling.table; }
  int64_t steps_to_run() const { return end - begin; }
  double first_timestep() const { return table().timesteps[static_cast<size_t>(begin)]; }
  double first_sigma() const { return table().sigmas[static_cast<size_t>(noised)]; }
};

/// Throws Error: out_of_range and not_a_number, naming field and range, also where no step is left to run;
/// unknown_name; usage for fields that contradict each other.
RunPlan plan_run(const SchedulerConfig& model_config, const RunChoice& choice);

}  // namespace redraw
