#include "diffusion/sampler.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"

namespace redraw {

// Each is defined in samplers/<name>.cpp.
extern const SamplerInfo kDdim, kEuler, kLms;

namespace {

constexpr auto kSamplers = std::to_array<const SamplerInfo*>({&kDdim, &kEuler, &kLms});

[[noreturn]] void refuse_sizes() {
  throw Error(Code::internal, "sampler: the spans of a latent and its noise differ in length");
}

}  // namespace

std::span<const SamplerInfo* const> samplers() {
  return kSamplers;
}

const SamplerInfo& find_sampler(std::string_view name) {
  std::vector<std::string_view> names;
  for (const SamplerInfo* sampler : kSamplers) {
    if (sampler->name == name || std::ranges::count(sampler->aliases, name) != 0) return *sampler;
    names.push_back(sampler->name);
  }
  for (const SamplerInfo* sampler : kSamplers)
    names.insert(names.end(), sampler->aliases.begin(), sampler->aliases.end());
  throw Error(Code::unknown_name, unknown_name_message("sampler", name, names));
}

const SamplerInfo* sampler_of_class(std::string_view scheduler_class) {
  for (const SamplerInfo* sampler : kSamplers) {
    if (sampler->scheduler_class == scheduler_class) return sampler;
  }
  return nullptr;
}

SamplingPlan plan_sampling(const SamplerInfo& sampler, const SchedulerConfig& model_config, int64_t steps) {
  if (steps < 1 || steps > model_config.num_train_timesteps) {
    throw Error(Code::out_of_range, "steps is " + std::to_string(steps) + "; it must be between 1 and " +
                                        std::to_string(model_config.num_train_timesteps) +
                                        ", the timesteps that the model was trained on");
  }
  SamplingPlan plan;
  plan.sampler = &sampler;
  plan.config = sampler.adopt(model_config);
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
  if (run.begin < 0 || run.begin >= plan.table.steps()) {
    throw Error(Code::out_of_range, "the first step to run is entry " + std::to_string(run.begin) +
                                        " of the step table; it must be between 0 and " +
                                        std::to_string(plan.table.steps() - 1));
  }
  return plan.sampler->run(plan, run, latent);
}

}  // namespace redraw
