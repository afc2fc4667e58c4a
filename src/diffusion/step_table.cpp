#include "diffusion/step_table.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"

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

std::vector<double> timesteps_from(TimestepSpacing spacing, double start, int64_t n) {
  std::vector<double> timesteps;
  const auto divisions = static_cast<double>(spacing == TimestepSpacing::linspace ? std::max<int64_t>(n - 1, 1) : n);
  for (int64_t i = 0; i < n; ++i) timesteps.push_back(start * (1.0 - static_cast<double>(i) / divisions));
  return timesteps;
}

std::vector<float> finite_log_sigmas(const NoiseSchedule& schedule) {
  constexpr float kSmallestHalf = 0x1p-24f;
  std::vector<float> result;
  for (float alpha : schedule.alphas_cumprod) {
    const float finite = alpha == 0.0f ? kSmallestHalf : alpha;
    result.push_back(std::log(std::sqrt((1.0f - finite) / finite)));
  }
  return result;
}

void add_whole_timestep(StepTable& table, const SchedulerConfig& config, const NoiseSchedule& schedule,
                        int64_t timestep, std::string_view sampler) {
  if (timestep >= config.num_train_timesteps) {
    throw Error(Code::out_of_range, "sampler " + std::string(sampler) +
                                        ": so many steps and the model's steps_offset of " +
                                        std::to_string(config.steps_offset) + " lead to timestep " +
                                        std::to_string(timestep) + "; the model knows 0 to " +
                                        std::to_string(config.num_train_timesteps - 1) + ", so use fewer steps");
  }
  const float alpha = schedule.alphas_cumprod[static_cast<size_t>(timestep)];
  if (alpha == 0.0f && config.prediction_type == PredictionType::epsilon) {
    throw Error(Code::model_unsupported,
                "sampler " + std::string(sampler) +
                    ": the model's noise reaches zero signal (rescale_betas_zero_snr), where prediction type "
                    "epsilon tells nothing of the picture; such a model must predict v_prediction or sample");
  }
  table.timesteps.push_back(static_cast<double>(timestep));
  table.sigmas.push_back(std::sqrt((1.0f - alpha) / alpha));
  table.alphas_cumprod.push_back(alpha);
  table.signal_scales.push_back(std::sqrt(alpha));
  table.noise_scales.push_back(std::sqrt(1.0f - alpha));
}

StepTable whole_timestep_table(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n,
                               std::string_view sampler) {
  StepTable table;
  for (double timestep :
       spaced_timesteps(config.timestep_spacing.value(), config.num_train_timesteps, n, config.steps_offset)) {
    add_whole_timestep(table, config, schedule, static_cast<int64_t>(std::nearbyint(timestep)), sampler);
  }
  return table;
}

bool uses_training_timesteps(const SchedulerConfig& config) {
  return config.sigma_rule == SigmaRule::model && !config.start_timestep;
}

namespace {

// Levels by the config's rule, which is not the model's own.
std::vector<double> levels_by_rule(const SchedulerConfig& config, const SigmaRange& range, int64_t n) {
  if (config.sigma_rule == SigmaRule::explicit_sigmas && std::ssize(config.sigmas) != n + 1) {
    throw Error(Code::out_of_range, "sigmas: " + std::to_string(config.sigmas.size()) + " levels make " +
                                        std::to_string(config.sigmas.size() - 1) + " steps, not " + std::to_string(n));
  }
  return sigma_schedule(config.sigma_rule).levels(range, n);
}

double final_sigma(const SchedulerConfig& config, double smallest) {
  if (config.sigma_rule == SigmaRule::explicit_sigmas) return config.sigmas.back();
  return config.final_sigmas_type == FinalSigma::zero ? 0.0 : smallest;
}

}  // namespace

StepTable sigma_step_table(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n, RuleRange range) {
  std::vector<float> model_sigmas = schedule.sigmas();
  const std::vector<float> log_sigmas = finite_log_sigmas(schedule);
  if (std::isinf(model_sigmas.back())) model_sigmas.back() = std::exp(log_sigmas.back());
  const TimestepSpacing spacing = config.timestep_spacing.value();
  std::vector<double> timesteps = config.start_timestep
                                      ? timesteps_from(spacing, *config.start_timestep, n)
                                      : spaced_timesteps(spacing, config.num_train_timesteps, n, config.steps_offset);
  for (double& t : timesteps) t = static_cast<float>(t);

  std::vector<double> sigmas;
  if (config.interpolation_type == SigmaInterpolation::log_linear && !config.start_timestep) {
    sigmas = log_linear_sigmas(model_sigmas.back(), model_sigmas.front(), n);
  } else {
    for (double t : timesteps) sigmas.push_back(interpolate(model_sigmas, t));
  }
  if (config.sigma_rule != SigmaRule::model) {
    SigmaRange limits{.sigma_max = sigmas.front(),
                      .sigma_min = sigmas.back(),
                      .log_sigmas = log_sigmas,
                      .start_timestep = config.start_timestep.value_or(static_cast<double>(log_sigmas.size() - 1)),
                      .sigmas = config.sigmas};
    const bool knows_spacings = config.sigma_rule == SigmaRule::karras || config.sigma_rule == SigmaRule::exponential ||
                                config.sigma_rule == SigmaRule::beta;
    if (range == RuleRange::model || config.start_timestep || !knows_spacings) {
      limits.sigma_max = config.start_timestep ? sigma_of_timestep(*config.start_timestep, log_sigmas)
                                               : static_cast<double>(model_sigmas.back());
      limits.sigma_min = model_sigmas.front();
    }
    sigmas = levels_by_rule(config, limits, n);
    for (size_t i = 0; i < timesteps.size(); ++i) timesteps[i] = timestep_of_sigma(sigmas[i], log_sigmas);
  }
  if (std::ssize(sigmas) == n) sigmas.push_back(final_sigma(config, model_sigmas.front()));

  StepTable table;
  for (double t : timesteps) table.timesteps.push_back(static_cast<float>(t));
  for (double sigma : sigmas) table.sigmas.push_back(static_cast<float>(sigma));
  table.signal_scales.assign(timesteps.size(), 1.0f);
  table.noise_scales.assign(table.sigmas.begin(), table.sigmas.end() - 1);
  const float sigma_max = static_cast<float>(*std::max_element(table.sigmas.begin(), table.sigmas.end()));
  table.init_noise_sigma = spacing == TimestepSpacing::leading ? std::sqrt(sigma_max * sigma_max + 1.0f) : sigma_max;
  return table;
}

StepTable alpha_step_table(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  StepTable table = sigma_step_table(config, schedule, n, RuleRange::model);
  const auto alpha_of = [](double sigma) { return static_cast<float>(1.0 / (sigma * sigma + 1.0)); };
  for (size_t i = 0; i < table.timesteps.size(); ++i) {
    table.alphas_cumprod.push_back(alpha_of(table.sigmas[i]));
    table.next_alphas_cumprod.push_back(alpha_of(table.sigmas[i + 1]));
    table.signal_scales[i] = std::sqrt(table.alphas_cumprod[i]);
    table.noise_scales[i] = std::sqrt(1.0f - table.alphas_cumprod[i]);
  }
  table.init_noise_sigma = 1.0;
  return table;
}

}  // namespace redraw
