#include "diffusion/sampler.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/error.h"
#include "base/suggest.h"
#include "diffusion/samplers/list.h"

namespace redraw {

namespace {

// By name, alias or class of diffusers, all in lower case; null: none.
const SamplerInfo* sampler_called(std::string_view name) {
  for (const SamplerInfo* sampler : kSamplers) {
    if (sampler->name == name || std::ranges::count(sampler->aliases, name) != 0) return sampler;
    if (!name.empty() && ascii_small(sampler->scheduler_class) == name) return sampler;
  }
  return nullptr;
}

[[noreturn]] void refuse_sizes() {
  throw Error(Code::internal, "sampler: the spans of a latent and its noise differ in length");
}

}  // namespace

std::span<const SamplerInfo* const> samplers() {
  return kSamplers;
}

NamedSampler find_named_sampler(std::string_view name) {
  constexpr auto kSuffixes =
      std::to_array<std::pair<std::string_view, SigmaRule>>({{"_k", SigmaRule::karras},
                                                             {"_karras", SigmaRule::karras},
                                                             {" karras", SigmaRule::karras},
                                                             {" exponential", SigmaRule::exponential}});
  const std::string asked = ascii_small(name);
  if (const SamplerInfo* sampler = sampler_called(asked)) return {sampler, SigmaRule::model};
  for (const auto& [suffix, rule] : kSuffixes) {
    if (!asked.ends_with(suffix)) continue;
    if (const SamplerInfo* sampler = sampler_called(asked.substr(0, asked.size() - suffix.size()))) {
      return {sampler, rule};
    }
  }
  std::vector<std::string_view> names;
  names.reserve(kSamplers.size());
  for (const SamplerInfo* sampler : kSamplers) names.push_back(sampler->name);
  for (const SamplerInfo* sampler : kSamplers) {
    names.insert(names.end(), sampler->aliases.begin(), sampler->aliases.end());
  }
  throw Error(Code::unknown_name, unknown_name_message("sampler", name, names));
}

const SamplerInfo& find_sampler(std::string_view name) {
  return *find_named_sampler(name).sampler;
}

const SamplerInfo* sampler_of_class(std::string_view scheduler_class) {
  if (scheduler_class.empty()) return nullptr;
  const auto it = std::ranges::find(kSamplers, scheduler_class, &SamplerInfo::scheduler_class);
  return it == kSamplers.end() ? nullptr : *it;
}

SamplingPlan plan_sampling(const SamplerInfo& sampler, const SchedulerConfig& model_config, int64_t steps,
                           const ScheduleChoice& choice) {
  if (steps < 1 || steps > model_config.num_train_timesteps) {
    throw Error(Code::out_of_range, "steps is " + std::to_string(steps) + ", but must be 1 to " +
                                        std::to_string(model_config.num_train_timesteps) +
                                        ", the timesteps that the model was trained on");
  }
  SamplingPlan plan;
  plan.sampler = &sampler;
  plan.config = sampler.adopt(model_config);
  plan.config.sigma_rule = choice.rule.value_or(plan.config.sigma_rule);
  if (!choice.sigmas.empty()) plan.config.sigmas = choice.sigmas;
  if (choice.spacing) plan.config.timestep_spacing = choice.spacing;
  plan.config.steps_offset = choice.steps_offset.value_or(plan.config.steps_offset);
  if (choice.start_timestep) plan.config.start_timestep = choice.start_timestep;
  if (choice.eta) plan.config.eta = choice.eta;
  plan.schedule = make_noise_schedule(plan.config);
  plan.table = sampler.steps(plan.config, plan.schedule, steps);
  return plan;
}

void start_from_noise(const StepTable& table, std::span<const float> noise, std::span<float> latent) {
  if (noise.size() != latent.size()) refuse_sizes();
  const float scale = static_cast<float>(table.init_noise_sigma);
  for (size_t i = 0; i < latent.size(); ++i) latent[i] = noise[i] * scale;
}

void add_noise(const StepTable& table, int64_t index, std::span<const float> original, std::span<const float> noise,
               std::span<float> latent) {
  if (original.size() != latent.size() || noise.size() != latent.size()) refuse_sizes();
  const float signal_scale = table.signal_scales.at(static_cast<size_t>(index));
  const float noise_scale = table.noise_scales.at(static_cast<size_t>(index));
  for (size_t i = 0; i < latent.size(); ++i) latent[i] = signal_scale * original[i] + noise_scale * noise[i];
}

bool run_sampler(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  SamplerRun whole = run;
  whole.end = run.end_of(plan.table);
  if (whole.begin < 0 || whole.begin >= whole.end || whole.end > plan.table.steps()) {
    throw Error(Code::out_of_range, "the steps to run are entries " + std::to_string(whole.begin) + " to " +
                                        std::to_string(whole.end) + " of the step table; they must lie between 0 and " +
                                        std::to_string(plan.table.steps()) + ", at least one of them");
  }
  return plan.sampler->run(plan, whole, latent);
}

std::optional<int64_t> network_calls(const SamplingPlan& plan, int64_t begin, int64_t end) {
  if (plan.sampler->calls_per_step == 0) return std::nullopt;
  int64_t calls = 0;
  for (int64_t i = begin; i < end; ++i) {
    calls += plan.table.sigmas[static_cast<size_t>(i) + 1] > 0.0 ? plan.sampler->calls_per_step : 1;
  }
  return calls;
}

}  // namespace redraw
