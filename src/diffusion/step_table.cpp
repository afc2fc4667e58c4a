#include "diffusion/step_table.h"

#include <algorithm>
#include <cmath>

namespace redraw {
namespace {

// numpy.linspace: i * step + start in double, the last value set to the end.
std::vector<double> linspace(double start, double end, int64_t count) {
  std::vector<double> values(static_cast<size_t>(count), start);
  if (count < 2) return values;
  const double step = (end - start) / static_cast<double>(count - 1);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i) * step + start;
  values.back() = end;
  return values;
}

// numpy.interp over 0, 1, 2, ...: straight lines between the entries of `values`, held at both ends.
double interpolate(std::span<const float> values, double position) {
  const double last = static_cast<double>(values.size() - 1);
  if (position <= 0.0) return values.front();
  if (position >= last) return values.back();
  const size_t low = static_cast<size_t>(position);
  const double from = values[low];
  return (values[low + 1] - from) * (position - static_cast<double>(low)) + from;
}

std::vector<double> karras_sigmas(double sigma_max, double sigma_min, int64_t n) {
  constexpr double kRho = 7.0;
  const double from = std::pow(sigma_max, 1.0 / kRho);
  const double to = std::pow(sigma_min, 1.0 / kRho);
  std::vector<double> sigmas = linspace(0.0, 1.0, n);
  for (double& sigma : sigmas) sigma = std::pow(from + sigma * (to - from), kRho);
  return sigmas;
}

std::vector<double> exponential_sigmas(double sigma_max, double sigma_min, int64_t n) {
  std::vector<double> sigmas = linspace(std::log(sigma_max), std::log(sigma_min), n);
  for (double& sigma : sigmas) sigma = std::exp(sigma);
  return sigmas;
}

// n + 1 levels evenly in log sigma, of which the reference's steps visit the first n and end on the last: it appends a
// further, final one that they never reach.
std::vector<double> log_linear_sigmas(float sigma_max, float sigma_min, int64_t n) {
  std::vector<double> sigmas;
  for (float log_sigma : torch_linspace(std::log(sigma_max), std::log(sigma_min), n + 1)) {
    sigmas.push_back(std::exp(log_sigma));
  }
  return sigmas;
}

}  // namespace

std::vector<double> spaced_timesteps(TimestepSpacing spacing, int64_t num_train, int64_t n, int64_t steps_offset) {
  std::vector<double> timesteps;
  switch (spacing) {
    case TimestepSpacing::linspace:
      timesteps = linspace(0.0, static_cast<double>(num_train - 1), n);
      std::reverse(timesteps.begin(), timesteps.end());
      break;
    case TimestepSpacing::leading:
      for (int64_t i = n - 1; i >= 0; --i) {
        const int64_t timestep = i * (num_train / n) + steps_offset;
        timesteps.push_back(static_cast<double>(timestep));
      }
      break;
    case TimestepSpacing::trailing: {
      const double start = static_cast<double>(num_train);
      // numpy.arange steps by the difference of its first two values, which is not the step it was given. That decides
      // on which side of one half a value falls, hence how it rounds.
      const double step = (start - start / static_cast<double>(n)) - start;
      for (int64_t i = 0; i < n; ++i) {
        timesteps.push_back(std::nearbyint(start + static_cast<double>(i) * step) - 1.0);
      }
      break;
    }
  }
  return timesteps;
}

double timestep_of_sigma(double sigma, std::span<const float> log_sigmas) {
  const double log_sigma = std::log(std::max(sigma, 1e-10));
  const auto above = std::upper_bound(log_sigmas.begin(), log_sigmas.end(), log_sigma,
                                      [](double value, float entry) { return value < entry; });
  const size_t low = static_cast<size_t>(
      std::clamp<ptrdiff_t>(above - log_sigmas.begin() - 1, 0, static_cast<ptrdiff_t>(log_sigmas.size()) - 2));
  // The difference of two float32 entries is rounded to float32 in the reference.
  const double weight =
      std::clamp((log_sigmas[low] - log_sigma) / static_cast<double>(log_sigmas[low] - log_sigmas[low + 1]), 0.0, 1.0);
  return (1.0 - weight) * static_cast<double>(low) + weight * static_cast<double>(low + 1);
}

StepTable sigma_step_table(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  const std::vector<float> model_sigmas = schedule.sigmas();
  std::vector<double> timesteps =
      spaced_timesteps(config.timestep_spacing.value(), config.num_train_timesteps, n, config.steps_offset);
  for (double& t : timesteps) t = static_cast<float>(t);

  std::vector<double> sigmas;
  if (config.interpolation_type == SigmaInterpolation::log_linear) {
    sigmas = log_linear_sigmas(model_sigmas.back(), model_sigmas.front(), n);
  } else {
    for (double t : timesteps) sigmas.push_back(interpolate(model_sigmas, t));
  }
  if (config.sigma_rule != SigmaRule::model) {
    sigmas = config.sigma_rule == SigmaRule::karras ? karras_sigmas(sigmas.front(), sigmas.back(), n)
                                                    : exponential_sigmas(sigmas.front(), sigmas.back(), n);
    std::vector<float> log_sigmas = model_sigmas;
    for (float& value : log_sigmas) value = std::log(value);
    for (size_t i = 0; i < timesteps.size(); ++i) timesteps[i] = timestep_of_sigma(sigmas[i], log_sigmas);
  }
  if (std::ssize(sigmas) == n) {
    sigmas.push_back(config.final_sigmas_type == FinalSigma::zero ? 0.0 : model_sigmas.front());
  }

  StepTable table;
  for (double t : timesteps) table.timesteps.push_back(static_cast<float>(t));
  for (double sigma : sigmas) table.sigmas.push_back(static_cast<float>(sigma));
  table.signal_scales.assign(timesteps.size(), 1.0f);
  table.noise_scales.assign(table.sigmas.begin(), table.sigmas.end() - 1);
  const float sigma_max = static_cast<float>(*std::max_element(table.sigmas.begin(), table.sigmas.end()));
  table.init_noise_sigma =
      config.timestep_spacing == TimestepSpacing::leading ? std::sqrt(sigma_max * sigma_max + 1.0f) : sigma_max;
  return table;
}

}  // namespace redraw
