// Samplers: how a latent gets from noise to a picture, step by step. They see a callable, nothing of models or prompts.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "diffusion/noise_schedule.h"
#include "diffusion/noise_source.h"
#include "diffusion/scheduler_config.h"
#include "diffusion/step_table.h"

namespace redraw {

/// One call of the network. Layout and batch are the caller's: samplers work by element (but see
/// SamplerInfo::couples_elements).
struct NetworkCall {
  std::span<const float> x;  ///< the latent, scaled as the sampler wants it
  double timestep;           ///< a value of StepTable::timesteps, or between two
  std::span<float> output;   ///< as long as x; its meaning is the config's prediction type
  /// As long as x for samplers with SamplerInfo::needs_unconditional, else empty: also what the unconditional half of
  /// the guidance said alone (the output, where there is no guidance).
  std::span<float> unconditional;
};

/// The network as samplers see it, guidance and all.
using Denoise = std::function<void(const NetworkCall&)>;

/// What a step has done. The spans live until on_step returns.
struct StepInfo {
  int64_t index = 0;                          ///< 0-based among the steps that are run
  int64_t count = 0;                          ///< how many are run
  double timestep = 0;                        ///< at which the step called the network
  double sigma = 0;                           ///< noise level before the step
  std::span<const float> latent;              ///< after the step
  std::span<const float> predicted_original;  ///< the step's estimate of the clean latent
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
  int64_t begin = 0;  ///< first entry of the table that is run; 0 for all
  int64_t end = -1;   ///< one past the last; -1: the table's end
  Denoise denoise;
  std::function<bool(const StepInfo&)> on_step = nullptr;  ///< may be empty; returning false stops the run (cancelled)
  NoiseSource* noise = nullptr;  ///< further draws, for samplers that draw in their steps; not used by the others
  /// Changes the latent after a step, before on_step sees it; may be empty. index and count as in StepInfo.
  std::function<void(int64_t index, int64_t count, std::span<float> latent)> after_step = nullptr;
  /// The noise of the step from sigma down to sigma_next for samplers that solve a stochastic differential equation, as
  /// an increment of one Brownian motion scaled to unit variance (k-diffusion's noise_sampler). Empty: draws of
  /// `noise`.
  std::function<void(double sigma, double sigma_next, std::span<float> out)> interval_noise = nullptr;

  int64_t end_of(const StepTable& table) const { return end < 0 ? table.steps() : end; }
};

/// One row of the table of samplers. A new sampler is one file in samplers/, its test, and its name in samplers/list.h.
struct SamplerInfo {
  std::string_view name;
  std::span<const std::string_view> aliases;  ///< other names that find_sampler takes, written in lower case
  std::string_view scheduler_class;           ///< the class of diffusers 0.42.1 it agrees with; empty: none
  std::string_view source;                    ///< what it follows: "diffusers 0.42.1", "k-diffusion 0.1.1", a paper
  /// Network calls of a step that does not end on noise level 0; there, one. 0: as many as its own error control wants.
  int64_t calls_per_step = 1;
  bool draws_noise = false;          ///< in its steps, so that SamplerRun::noise must be there
  bool needs_unconditional = false;  ///< fills NetworkCall::unconditional
  /// Of the table's levels only the first and the last of a run count: between them it takes steps of its own, and
  /// tells observers of those. Their number may differ from the table's; where it is not known beforehand, count is an
  /// estimate that may change from step to step, above index until the last step, which has index + 1 == count.
  bool chooses_its_levels = false;
  /// Its decisions look at the whole latent, so that several pictures in one latent would not be those that they are
  /// alone. The others treat every element by itself, whatever lies beside it.
  bool couples_elements = false;
  /// The model's config as that class would take it over (ConfigMixin.from_config): absent fields get the class's own
  /// defaults, fields that it has no use for are reset, the sigma rule among them. A person's choice comes after it.
  SchedulerConfig (*adopt)(SchedulerConfig model_config);
  /// config as from adopt; n in [1, num_train_timesteps]. Throws Error(out_of_range, model_unsupported) for a
  /// combination that cannot run.
  StepTable (*steps)(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n);
  /// Takes the steps from run.begin to run.end, in place. True: finished; false: stopped by on_step. Called by
  /// run_sampler, which has filled in run.end.
  bool (*run)(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent);
};

/// Every sampler, in the order in which they are shown to people; the first is the default.
std::span<const SamplerInfo* const> samplers();

/// A sampler as people name it, and the schedule that the name implies: model when it says nothing.
struct NamedSampler {
  const SamplerInfo* sampler;
  SigmaRule rule;
};

/// By name or alias, without regard to case, or one of those followed by "_k" (InvokeAI), "_karras", " karras" or
/// " exponential" (A1111), which imply that schedule. Throws Error(unknown_name) with the nearest known name.
NamedSampler find_named_sampler(std::string_view name);
/// The same without the schedule.
const SamplerInfo& find_sampler(std::string_view name);

/// The sampler that agrees with a scheduler class of a model ("EulerDiscreteScheduler"); null when there is none.
const SamplerInfo* sampler_of_class(std::string_view scheduler_class);

/// What a person chose about the schedule; what is left open is as the model's config and the sampler's class have it.
struct ScheduleChoice {
  std::optional<SigmaRule> rule = {};
  std::vector<double> sigmas = {};  ///< of SigmaRule::explicit_sigmas
  std::optional<TimestepSpacing> spacing = {};
  std::optional<int64_t> steps_offset = {};
  std::optional<double> start_timestep = {};  ///< SchedulerConfig::start_timestep
  std::optional<double> eta = {};
};

/// Steps of `sampler` on a model with this config, as diffusers' `Class.from_config(model's config)` and
/// `set_timesteps(steps)`. Throws Error(out_of_range) unless 1 <= steps <= num_train_timesteps, and what
/// SamplerInfo::steps throws.
SamplingPlan plan_sampling(const SamplerInfo& sampler, const SchedulerConfig& model_config, int64_t steps,
                           const ScheduleChoice& choice = {});

/// latent = noise * init_noise_sigma: the start of a run from pure noise. All spans as long as each other.
void start_from_noise(const StepTable& table, std::span<const float> noise, std::span<float> latent);

/// latent = signal_scale * original + noise_scale * noise: `original`, a clean latent, noised to the level before step
/// `index` (scheduler.add_noise): the start of an image-to-image run that begins there.
void add_noise(const StepTable& table, int64_t index, std::span<const float> original, std::span<const float> noise,
               std::span<float> latent);

/// Takes the steps from run.begin to run.end; `latent` (started by one of the two above) becomes the result. True:
/// finished; false: stopped by on_step, `latent` being what the last step taken left.
/// Error(out_of_range) unless 0 <= run.begin < run.end <= steps. What denoise or on_step throw passes through.
[[nodiscard]] bool run_sampler(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent);

/// Network calls of a run of the entries [begin, end); empty where the sampler's own error control decides.
std::optional<int64_t> network_calls(const SamplingPlan& plan, int64_t begin, int64_t end);

}  // namespace redraw
