#include "diffusion/solver/k_diffusion.h"

#include <algorithm>
#include <cmath>

namespace redraw {

SchedulerConfig adopt_for_k_diffusion(SchedulerConfig config) {
  config = adopt_for_sigmas(config);
  config.timestep_spacing = TimestepSpacing::linspace;
  config.steps_offset = 0;
  config.clip_sample = false;
  return config;
}

namespace {

std::vector<float> levels_between(float start, float end, int64_t n) {
  return n < 2 ? std::vector<float>{start} : torch_linspace(start, end, n);
}

// DiscreteSchedule.t_to_sigma. timestep: between two training timesteps.
float level_at(float timestep, std::span<const float> log_sigmas) {
  const size_t low = std::min(static_cast<size_t>(timestep), log_sigmas.size() - 2);
  const float share = timestep - static_cast<float>(low);
  return std::exp((1.0f - share) * log_sigmas[low] + share * log_sigmas[low + 1]);
}

// The next two are rules of sigma_schedule.h again, there in double precision as diffusers has them; k-diffusion's are
// float32, and the multistep samplers make ten times as much of a last bit.
// get_sigmas_karras
std::vector<float> karras_levels(float sigma_max, float sigma_min, int64_t n) {
  constexpr double kRho = 7.0;
  const double from = std::pow(sigma_max, 1.0 / kRho);
  const double to = std::pow(sigma_min, 1.0 / kRho);
  std::vector<float> levels = levels_between(0.0f, 1.0f, n);
  for (float& level : levels) {
    level = std::pow(static_cast<float>(from) + level * static_cast<float>(to - from), static_cast<float>(kRho));
  }
  return levels;
}

// get_sigmas_exponential
std::vector<float> exponential_levels(float sigma_max, float sigma_min, int64_t n) {
  std::vector<float> levels = levels_between(static_cast<float>(std::log(static_cast<double>(sigma_max))),
                                             static_cast<float>(std::log(static_cast<double>(sigma_min))), n);
  for (float& level : levels) level = std::exp(level);
  return levels;
}

}  // namespace

StepTable k_diffusion_steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  const std::vector<float> log_sigmas = finite_log_sigmas(schedule);
  const auto start = static_cast<float>(config.start_timestep.value_or(static_cast<double>(log_sigmas.size() - 1)));
  const float sigma_max = config.start_timestep ? level_at(start, log_sigmas) : schedule.sigmas().back();
  const float sigma_min = schedule.sigmas().front();
  std::vector<float> timesteps;
  std::vector<float> levels;
  switch (config.sigma_rule) {
    case SigmaRule::model:
      timesteps = levels_between(start, 0.0f, n);
      for (float timestep : timesteps) levels.push_back(level_at(timestep, log_sigmas));
      break;
    case SigmaRule::karras:
      levels = karras_levels(sigma_max, sigma_min, n);
      break;
    case SigmaRule::exponential:
      levels = exponential_levels(sigma_max, sigma_min, n);
      break;
    default:
      return sigma_step_table(config, schedule, n, RuleRange::model);
  }
  StepTable table;
  for (float level : levels) table.sigmas.push_back(level);
  for (double level : table.sigmas) table.timesteps.push_back(static_cast<float>(timestep_of_sigma(level, log_sigmas)));
  if (!timesteps.empty()) table.timesteps.assign(timesteps.begin(), timesteps.end());
  table.signal_scales.assign(levels.size(), 1.0f);
  table.noise_scales = levels;
  table.init_noise_sigma = levels.front();
  table.sigmas.push_back(0.0);
  return table;
}

float lambda_of(float sigma) {
  return -std::log(sigma);
}

float sigma_of(float lambda) {
  return std::exp(-lambda);
}

void exponential_step(std::span<const float> latent, std::span<const float> original, float lambda, float lambda_next,
                      std::span<float> out) {
  const float latent_scale = sigma_of(lambda_next) / sigma_of(lambda);
  const float original_scale = -std::expm1(lambda - lambda_next);
  for (size_t i = 0; i < out.size(); ++i) out[i] = latent_scale * latent[i] + original_scale * original[i];
}

}  // namespace redraw
