#include "diffusion/solver/lambda_step_table.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/decimal.h"
#include "base/error.h"
#include "diffusion/solver/lambda_space.h"
#include "diffusion/solver/numpy_log.h"

namespace redraw {
namespace {

// The reference counts the last alpha of zero terminal SNR as the smallest float16, so that its lambda is finite.
NoiseSchedule with_finite_lambdas(NoiseSchedule schedule) {
  constexpr float kSmallestHalf = 0x1p-24f;
  if (schedule.alphas_cumprod.back() == 0.0f) schedule.alphas_cumprod.back() = kSmallestHalf;
  return schedule;
}

// How many training timesteps are left, from 0 on, when those with a lambda below the limit are not used.
int64_t unclipped_timesteps(const SchedulerConfig& config, const NoiseSchedule& schedule) {
  const auto limit = static_cast<float>(config.lambda_min_clipped);
  const int64_t count = std::ranges::count_if(schedule.alphas_cumprod, [&](float alpha) {
    return std::log(std::sqrt(alpha)) - std::log(std::sqrt(1.0f - alpha)) >= limit;
  });
  if (count == 0) {
    throw Error(Code::model_unsupported, "the model's lambda_min_clipped, " + decimal(config.lambda_min_clipped) +
                                             ", leaves no timestep to use");
  }
  return count;
}

// n whole timesteps, falling: of n + 1 laid over [0, count), the last is left out, the step to it being the n-th. The
// trailing spacing, which does not end on 0, gives fewer than n where lambda_min_clipped took some away.
std::vector<double> timesteps_of_spacing(const SchedulerConfig& config, int64_t count, int64_t n) {
  std::vector<double> timesteps;
  switch (config.timestep_spacing.value()) {
    case TimestepSpacing::linspace: {
      const auto last = static_cast<double>(count - 1);
      const double step = last / static_cast<double>(n);
      timesteps.push_back(last);
      for (int64_t i = n - 1; i >= 1; --i) timesteps.push_back(std::nearbyint(static_cast<double>(i) * step));
      break;
    }
    case TimestepSpacing::leading:
      for (int64_t i = n; i >= 1; --i) {
        const int64_t timestep = i * (count / (n + 1)) + config.steps_offset;
        timesteps.push_back(static_cast<double>(timestep));
      }
      break;
    case TimestepSpacing::trailing: {
      const auto start = static_cast<double>(count);
      const double stride = static_cast<double>(config.num_train_timesteps) / static_cast<double>(n);
      const double step = (start - stride) - start;  // as numpy.arange rounds it; see spaced_timesteps
      for (int64_t i = 0; i < n; ++i) {
        const double timestep = std::nearbyint(start + static_cast<double>(i) * step) - 1.0;
        if (timestep >= 0.0) timesteps.push_back(timestep);
      }
      break;
    }
  }
  return timesteps;
}

// Levels of the rules that the classes know; empty for the model's own at its timesteps.
std::vector<double> levels_of_rule(const SchedulerConfig& config, const std::vector<float>& sigmas,
                                   const std::vector<float>& log_sigmas, int64_t n) {
  if (config.sigma_rule != SigmaRule::model) {
    SigmaRange range;
    range.sigma_max = sigmas.back();
    range.sigma_min = sigmas.front();
    return sigma_schedule(config.sigma_rule).levels(range, n);
  }
  std::vector<double> levels;
  if (!config.use_lu_lambdas) return levels;
  for (int64_t i = 0; i < n; ++i) {
    const double share = n < 2 ? 0.0 : static_cast<double>(i) / static_cast<double>(n - 1);
    const double from = log_sigmas.back();
    const double to = log_sigmas.front();
    levels.push_back(std::exp(from + share * (to - from)));
  }
  return levels;
}

// The reference rounds the timesteps of Karras's and Lu's levels and cuts those of the others.
bool rounds_timesteps(const SchedulerConfig& config, const LambdaClass& its_class) {
  if (config.sigma_rule != SigmaRule::karras && config.sigma_rule != SigmaRule::model) return false;
  return !(its_class.truncates_karras_of_cosine && config.beta_schedule == BetaSchedule::squaredcos_cap_v2);
}

StepTable class_step_table(const SchedulerConfig& config, const NoiseSchedule& given, int64_t n,
                           const LambdaClass& its_class) {
  const NoiseSchedule schedule = with_finite_lambdas(given);
  const std::vector<float> sigmas = schedule.sigmas();
  std::vector<float> log_sigmas;
  log_sigmas.reserve(sigmas.size());
  for (float sigma : sigmas) log_sigmas.push_back(numpy_log(sigma));
  const std::vector<double> levels = levels_of_rule(config, sigmas, log_sigmas, n);
  std::vector<double> timesteps;
  for (double level : levels) {
    const double timestep = timestep_of_sigma(level, log_sigmas);
    timesteps.push_back(rounds_timesteps(config, its_class) ? std::nearbyint(timestep) : std::floor(timestep));
  }
  if (levels.empty()) timesteps = timesteps_of_spacing(config, unclipped_timesteps(config, schedule), n);

  StepTable table;
  for (double timestep : timesteps) {
    add_whole_timestep(table, config, schedule, static_cast<int64_t>(timestep), its_class.sampler);
  }
  for (size_t i = 0; i < levels.size(); ++i) table.sigmas[i] = static_cast<float>(levels[i]);
  const bool repeats = its_class.repeats_last_level && !levels.empty();
  table.sigmas.push_back(config.final_sigmas_type == FinalSigma::zero ? 0.0
                         : repeats                                    ? table.sigmas.back()
                                                                      : sigmas.front());
  table.alphas_cumprod.clear();
  return table;
}

// For what the classes do not know. Evenly spread timesteps leave out the last here too, whatever the spacing.
StepTable table_between_timesteps(SchedulerConfig config, const NoiseSchedule& schedule, int64_t n) {
  config.timestep_spacing = TimestepSpacing::trailing;
  return sigma_step_table(config, schedule, n, RuleRange::model);
}

void refuse_levels_that_do_not_fall(const StepTable& table, std::string_view sampler) {
  for (size_t i = 1; i < table.timesteps.size(); ++i) {
    if (lambda_level(table.sigmas[i]).lambda > lambda_level(table.sigmas[i - 1]).lambda) continue;
    throw Error(Code::out_of_range, "sampler " + std::string(sampler) + ": steps " + std::to_string(i) + " and " +
                                        std::to_string(i + 1) + " of " + std::to_string(table.steps()) +
                                        " begin at the same noise level; use fewer steps or another schedule");
  }
}

}  // namespace

SchedulerConfig adopt_for_lambdas(SchedulerConfig config) {
  config.timestep_spacing = config.timestep_spacing.value_or(TimestepSpacing::linspace);
  config.lower_order_final = config.lower_order_final.value_or(true);
  config.interpolation_type = SigmaInterpolation::linear;
  return config;
}

StepTable lambda_step_table(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n,
                            const LambdaClass& its_class) {
  const bool knows_rule = config.sigma_rule == SigmaRule::model || config.sigma_rule == SigmaRule::karras ||
                          config.sigma_rule == SigmaRule::exponential || config.sigma_rule == SigmaRule::beta;
  const bool is_its_own = knows_rule && !config.start_timestep;
  StepTable table =
      is_its_own ? class_step_table(config, schedule, n, its_class) : table_between_timesteps(config, schedule, n);
  if (!is_its_own || !its_class.noises_by_timestep) {
    table.signal_scales.clear();
    table.noise_scales.clear();
    for (size_t i = 0; i < table.timesteps.size(); ++i) {
      const LambdaLevel level = lambda_level(table.sigmas[i]);
      table.signal_scales.push_back(level.signal);
      table.noise_scales.push_back(level.noise);
    }
  }
  table.init_noise_sigma = 1.0;
  refuse_levels_that_do_not_fall(table, its_class.sampler);
  return table;
}

}  // namespace redraw
