#include "diffusion/noise_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace redraw {
namespace {

// Nichol and Dhariwal 2021, eq. 17.
std::vector<float> squared_cosine(int64_t count) {
  constexpr double kLargestBeta = 0.999;
  const auto alpha_bar = [](double t) {
    const double c = std::cos((t + 0.008) / 1.008 * std::numbers::pi / 2.0);
    return c * c;
  };
  std::vector<float> betas(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const double now = static_cast<double>(i) / static_cast<double>(count);
    const double next = static_cast<double>(i + 1) / static_cast<double>(count);
    betas[static_cast<size_t>(i)] = static_cast<float>(std::min(1.0 - alpha_bar(next) / alpha_bar(now), kLargestBeta));
  }
  return betas;
}

std::vector<float> betas_of(const SchedulerConfig& config) {
  if (!config.trained_betas.empty()) return {config.trained_betas.begin(), config.trained_betas.end()};
  switch (config.beta_schedule) {
    case BetaSchedule::linear:
      return torch_linspace(static_cast<float>(config.beta_start), static_cast<float>(config.beta_end),
                            config.num_train_timesteps);
    case BetaSchedule::scaled_linear: {
      std::vector<float> betas =
          torch_linspace(static_cast<float>(std::sqrt(config.beta_start)),
                         static_cast<float>(std::sqrt(config.beta_end)), config.num_train_timesteps);
      for (float& beta : betas) beta *= beta;
      return betas;
    }
    case BetaSchedule::squaredcos_cap_v2:
      return squared_cosine(config.num_train_timesteps);
  }
  return {};  // not reached: every enumerator returns above
}

// torch.cumprod of float32 on the CPU keeps its running product in double.
std::vector<float> cumulative_alphas(const std::vector<float>& betas) {
  std::vector<float> alphas_cumprod(betas.size());
  double product = 1.0;
  for (size_t t = 0; t < betas.size(); ++t) {
    product *= static_cast<double>(1.0f - betas[t]);
    alphas_cumprod[t] = static_cast<float>(product);
  }
  return alphas_cumprod;
}

// Shifts sqrt(alphas_cumprod) so that it ends on 0, stretches it so that it starts where it did, and goes back to
// betas.
void rescale_to_zero_terminal_snr(std::vector<float>& betas) {
  std::vector<float> root = cumulative_alphas(betas);
  for (float& value : root) value = std::sqrt(value);
  const float first = root.front();
  const float last = root.back();
  const float stretch = first / (first - last);
  float previous = 1.0f;
  for (size_t t = 0; t < betas.size(); ++t) {
    const float shifted = (root[t] - last) * stretch;
    const float alpha_bar = shifted * shifted;
    betas[t] = 1.0f - (t == 0 ? alpha_bar : alpha_bar / previous);
    previous = alpha_bar;
  }
}

}  // namespace

std::vector<float> torch_linspace(float start, float end, int64_t count) {
  const float step = (end - start) / static_cast<float>(count - 1);
  std::vector<float> values(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    values[static_cast<size_t>(i)] = i < count / 2 ? std::fma(step, static_cast<float>(i), start)
                                                   : std::fma(-step, static_cast<float>(count - 1 - i), end);
  }
  return values;
}

std::vector<float> NoiseSchedule::sigmas() const {
  std::vector<float> result(alphas_cumprod.size());
  std::transform(alphas_cumprod.begin(), alphas_cumprod.end(), result.begin(),
                 [](float alpha) { return std::sqrt((1.0f - alpha) / alpha); });
  return result;
}

NoiseSchedule make_noise_schedule(const SchedulerConfig& config) {
  NoiseSchedule schedule;
  schedule.betas = betas_of(config);
  if (config.rescale_betas_zero_snr) rescale_to_zero_terminal_snr(schedule.betas);
  schedule.alphas_cumprod = cumulative_alphas(schedule.betas);
  return schedule;
}

}  // namespace redraw
