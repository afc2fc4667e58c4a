// Improved PNDM: the multistep formulas from the first step on (Zhang and Chen 2022, "Fast Sampling of Diffusion Models
// with Exponential Integrator", section 3.3; diffusers 0.42.1 IPNDMScheduler).
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/adams_bashforth.h"
#include "diffusion/solver/network.h"

namespace redraw::ipndm {
namespace {

bool has_own_process(const SchedulerConfig& config) {
  return config.class_name == "IPNDMScheduler";
}

SchedulerConfig adopt(SchedulerConfig config) {
  config.timestep_spacing = config.timestep_spacing.value_or(TimestepSpacing::linspace);
  config.sigma_rule = SigmaRule::model;
  config.rescale_betas_zero_snr = false;
  // The class is for networks that predict the velocity at times in 0..1, and knows no other.
  if (has_own_process(config)) config.prediction_type = PredictionType::v_prediction;
  return config;
}

// The process that the class brings along: sigma = sin^2(pi t / 2) for t falling from 1 to 0.
StepTable own_steps(int64_t n) {
  constexpr auto kPi = static_cast<float>(std::numbers::pi);
  StepTable table;
  for (float time : torch_linspace(1.0f, 0.0f, n + 1)) {
    const auto sine = static_cast<float>(std::sin(double{time * kPi / 2.0f}));
    const float noise_scale = sine * sine;
    const float signal_scale = std::sqrt(1.0f - noise_scale * noise_scale);
    const auto angle = static_cast<float>(std::atan2(double{noise_scale}, double{signal_scale}));
    table.timesteps.push_back(angle / kPi * 2.0f);
    table.sigmas.push_back(noise_scale / signal_scale);
    table.signal_scales.push_back(signal_scale);
    table.noise_scales.push_back(noise_scale);
    table.alphas_cumprod.push_back(signal_scale * signal_scale);
  }
  table.next_alphas_cumprod.assign(table.alphas_cumprod.begin() + 1, table.alphas_cumprod.end());
  table.timesteps.pop_back();
  table.signal_scales.pop_back();
  table.noise_scales.pop_back();
  table.alphas_cumprod.pop_back();
  return table;
}

// A model of another class keeps its own process, and the same formulas run over its own levels.
StepTable steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  return has_own_process(config) && uses_training_timesteps(config) ? own_steps(n)
                                                                    : alpha_step_table(config, schedule, n);
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  constexpr float kSmallestSignal = 1e-8f;
  StepNetwork network(plan, run, latent.size());
  AdamsBashforth history;
  std::vector<float> original(latent.size());
  for (int64_t i = run.begin; i < run.end; ++i) {
    const auto entry = static_cast<size_t>(i);
    const float alpha = plan.table.alphas_cumprod[entry];
    history.push(network.estimate_at_alpha(latent, plan.table.timesteps[entry], alpha).noise);
    const float next_signal_scale = std::sqrt(plan.table.next_alphas_cumprod[entry]);
    const float next_noise_scale = std::sqrt(1.0f - plan.table.next_alphas_cumprod[entry]);
    const float signal_scale = std::max(plan.table.signal_scales[entry], kSmallestSignal);
    const float noise_scale = plan.table.noise_scales[entry];
    for (size_t k = 0; k < latent.size(); ++k) {
      const float noise = history.at(k);
      original[k] = (latent[k] - noise_scale * noise) / signal_scale;
      latent[k] = next_signal_scale * original[k] + next_noise_scale * noise;
    }
    if (!network.finish(i, latent, original)) return false;
  }
  return true;
}

}  // namespace

const SamplerInfo kIpndm = {.name = "ipndm",
                            .aliases = {},
                            .scheduler_class = "IPNDMScheduler",
                            .source = "diffusers 0.42.1",
                            .adopt = adopt,
                            .steps = steps,
                            .run = run};

}  // namespace redraw::ipndm
