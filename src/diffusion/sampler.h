// Samplers: how a latent gets from noise to a picture, step by step. They see a callable, nothing of models or prompts.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "diffusion/noise_schedule.h"
#include "diffusion/noise_source.h"
#include "diffusion/scheduler_config.h"
#include "diffusion/step_table.h"

namespace redraw {

/// The network as samplers see it, guidance and all: writes its output for the model input `x` at `timestep` (a value
/// of StepTable::timesteps, or between two). x is already scaled as the sampler wants it; output has as many elements,
/// and its meaning is the config's prediction type. Layout and batch are the caller's: samplers work by element.
using Denoise = std::function<void(std::span<const float> x, double timestep, std::span<float> output)>;

/// What a step has done. The spans live until on_step returns.
struct StepInfo {
  int64_t index = 0;                          ///< 0-based among the steps that are run
  int64_t count = 0;                          ///< how many are run
  double timestep = 0;                        ///< at which the step called the network
  double sigma = 0;                           ///< noise level before the step
  std::span<const float> latent;              ///< after the step
  std::span<const float> predicted_original;  ///< the step's estimate of the clean latent, for previews
};

struct SamplerInfo;

/// All that is decided before the network is called for the first time.
struct SamplingPlan {
  const SamplerInfo* sampler = nullptr;
  SchedulerConfig config;  ///< with the sampler's own defaults filled in
  NoiseSchedule schedule;
  StepTable table;
};

/// What a run needs beside its plan and its latent.
struct SamplerRun {
  int64_t begin = 0;  ///< first entry of the table that is run (StrengthPlan::begin); 0 for all
  Denoise denoise;
  std::function<bool(const StepInfo&)> on_step = nullptr;  ///< may be empty; returning false stops the run (cancelled)
  NoiseSource* noise = nullptr;  ///< further draws, for samplers that draw in their steps; not used by the others
};

/// One row of the table of samplers. A new sampler is one file in samplers/, its test, and its name in sampler.cpp.
struct SamplerInfo {
  std::string_view name;
  std::span<const std::string_view> aliases;  ///< other names that find_sampler takes: InvokeAI's "k_euler"
  std::string_view scheduler_class;           ///< the class of diffusers 0.42.1 it agrees with
  /// The model's config as that class would take it over (ConfigMixin.from_config): absent fields get the class's own
  /// defaults, fields that it has no use for are reset.
  SchedulerConfig (*adopt)(SchedulerConfig model_config);
  /// config as from adopt; n in [1, num_train_timesteps]. Throws Error(out_of_range, model_unsupported) for a
  /// combination that cannot run.
  StepTable (*steps)(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n);
  /// Takes the steps from run.begin on, in place. True: finished; false: stopped by on_step. Called by run_sampler.
  bool (*run)(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent);
};

/// Every sampler, in the order in which they are shown to people; the first is the default.
std::span<const SamplerInfo* const> samplers();

/// By name or alias. Throws Error(unknown_name) with the nearest known name.
const SamplerInfo& find_sampler(std::string_view name);

/// The sampler that agrees with a scheduler class of a model ("EulerDiscreteScheduler"); null when there is none.
const SamplerInfo* sampler_of_class(std::string_view scheduler_class);

/// Steps of `sampler` on a model with this config, as diffusers' `Class.from_config(model's config)` and
/// `set_timesteps(steps)`. Throws Error(out_of_range) unless 1 <= steps <= num_train_timesteps, and what
/// SamplerInfo::steps throws.
SamplingPlan plan_sampling(const SamplerInfo& sampler, const SchedulerConfig& model_config, int64_t steps);

/// latent = noise * init_noise_sigma: the start of a run from pure noise. All spans as long as each other.
void start_from_noise(const StepTable& table, std::span<const float> noise, std::span<float> latent);

/// latent = signal_scale * original + noise_scale * noise: `original`, a clean latent, noised to the level before step
/// `index` (scheduler.add_noise): the start of an image-to-image run that begins there.
void add_noise(const StepTable& table, int64_t index, std::span<const float> original, std::span<const float> noise,
               std::span<float> latent);

/// Takes the steps from run.begin to the end of the table; `latent` (started by one of the two above) becomes the
/// result. True: finished; false: stopped by on_step, `latent` being what the last step taken left.
/// Error(out_of_range) unless 0 <= run.begin < steps. What denoise or on_step throw passes through.
[[nodiscard]] bool run_sampler(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent);

}  // namespace redraw
