// SA-Solver (Xue et al. 2023, "SA-Solver: Stochastic Adams Solver", Algorithm 1; diffusers 0.42.1 SASolverScheduler):
// an Adams predictor and corrector of the SDE. Its share of new noise, tau, is 1 for the timesteps 200 to 800 and 0
// outside. The network call of a step also corrects the step before.
#include <algorithm>
#include <cmath>
#include <vector>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/lambda_space.h"
#include "diffusion/solver/lambda_step_table.h"
#include "diffusion/solver/network.h"

namespace redraw::sasolver {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  config = adopt_for_lambdas(config);
  // Names of other classes' algorithms stand in the files of models that come with those.
  if (config.algorithm_type != AlgorithmType::noise_prediction) config.algorithm_type = AlgorithmType::data_prediction;
  config.final_sigmas_type = FinalSigma::sigma_min;  // the class never goes below
  config.use_lu_lambdas = false;
  config.rescale_betas_zero_snr = false;
  return config;
}

StepTable steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  return lambda_step_table(config, schedule, n,
                           {.sampler = "sasolver", .repeats_last_level = true, .noises_by_timestep = true});
}

// Of the Lagrange basis polynomial of nodes[which], highest power first.
std::vector<float> lagrange(std::span<const float> nodes, size_t which) {
  std::vector<float> polynomial = {1.0f};
  float denominator = 1.0f;
  for (size_t k = 0; k < nodes.size(); ++k) {
    if (k == which) continue;
    denominator *= nodes[which] - nodes[k];
    polynomial.push_back(0.0f);
    for (size_t p = polynomial.size() - 1; p > 0; --p) polynomial[p] -= polynomial[p - 1] * nodes[k];
  }
  for (float& coefficient : polynomial) coefficient /= denominator;
  return polynomial;
}

// The antiderivative of exp(u) u^power over exp(u), and of exp(-u) u^power over -exp(-u); power at most 3.
float polynomial_of_growth(size_t power, float u) {
  switch (power) {
    case 0:
      return 1.0f;
    case 1:
      return u - 1.0f;
    case 2:
      return u * u - 2.0f * u + 2.0f;
    default:
      return u * u * u - 3.0f * (u * u) + 6.0f * u - 6.0f;
  }
}
float polynomial_of_decay(size_t power, float u) {
  switch (power) {
    case 0:
      return 1.0f;
    case 1:
      return u + 1.0f;
    case 2:
      return u * u + 2.0f * u + 2.0f;
    default:
      return u * u * u + 3.0f * (u * u) + 6.0f * u + 6.0f;
  }
}

// The integral from `from` to `to` of exp(rate x) x^power (the picture's equation), and of exp(-x) x^power (the
// noise's).
float integral_of_growth(size_t power, float from, float to, float rate) {
  const float start = rate * from;
  const float end = rate * to;
  return std::exp(end) *
         (polynomial_of_growth(power, end) - polynomial_of_growth(power, start) * std::exp(start - end)) /
         std::pow(rate, static_cast<float>(power + 1));
}
float integral_of_decay(size_t power, float from, float to) {
  return std::exp(-to) * (polynomial_of_decay(power, from) * std::exp(to - from) - polynomial_of_decay(power, to));
}

// latent' = latent_factor * latent + sum of outputs[k] * output_k + new_noise * noise.
struct AdamsCoefficients {
  float latent;
  std::vector<float> outputs;
  float new_noise;
};

// Which end of the step the newest of the outputs lies at.
enum class AdamsKind { predictor, corrector };

// nodes: lambda of the outputs, newest first.
AdamsCoefficients adams_coefficients(const SchedulerConfig& config, AdamsKind kind, const LambdaLevel& from,
                                     const LambdaLevel& to, std::span<const float> nodes, float tau) {
  const bool predicts_picture = config.algorithm_type == AlgorithmType::data_prediction;
  const float h = to.lambda - from.lambda;
  const float variance = tau * tau;
  const float rate = 1.0f + variance;
  AdamsCoefficients result;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const std::vector<float> polynomial = lagrange(nodes, i);
    float sum = 0.0f;
    for (size_t j = 0; j < nodes.size(); ++j) {
      const size_t power = nodes.size() - 1 - j;
      sum += polynomial[j] * (predicts_picture ? integral_of_growth(power, from.lambda, to.lambda, rate)
                                               : integral_of_decay(power, from.lambda, to.lambda));
    }
    result.outputs.push_back(sum);
  }
  if (!predicts_picture) {
    for (float& factor : result.outputs) factor *= -rate * to.signal;
    result.latent = to.signal / from.signal;
    result.new_noise = tau * to.noise * std::sqrt(std::exp(2.0f * h) - 1.0f);
    return result;
  }
  if (nodes.size() == 2) {
    // A term of third order in h which the reference adds, as UniPC does, for the sake of few steps.
    const float remainder = h * rate - 1.0f + std::exp(rate * -h);
    const float term =
        kind == AdamsKind::predictor
            ? std::exp(rate * to.lambda) * (h * h / 2.0f - remainder / (rate * rate)) / (nodes[0] - nodes[1])
            : std::exp(rate * to.lambda) * (h / 2.0f - remainder / (rate * rate * h));
    result.outputs[0] += term;
    result.outputs[1] -= term;
  }
  for (float& factor : result.outputs) factor *= rate * to.noise * std::exp(-variance * to.lambda);
  result.latent = std::exp(-variance * h) * (to.noise / from.noise);
  result.new_noise = to.noise * std::sqrt(1.0f - std::exp(-2.0f * variance * h));
  return result;
}

// Whether all of the new noise is added in the step from this timestep (the reference's tau_func).
float tau_at(double timestep) {
  return timestep >= 200.0 && timestep <= 800.0 ? 1.0f : 0.0f;
}

struct AdamsStep {
  std::vector<float> start;  // the latent before it
  std::vector<float> noise;
  float tau = 0;
  int64_t corrector_order = 0;  // 0: there was none yet
};

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  const SchedulerConfig& config = plan.config;
  const bool predicts_picture = config.algorithm_type == AlgorithmType::data_prediction;
  const std::vector<LambdaLevel> levels = lambda_levels(plan.table);
  const auto nodes_from = [&](int64_t newest, int64_t count) {
    std::vector<float> nodes;
    for (int64_t i = 0; i < count; ++i) nodes.push_back(levels[static_cast<size_t>(newest - i)].lambda);
    return nodes;
  };
  StepNetwork network(plan, run, latent.size());
  // The corrector takes one output more than the history holds: the newest.
  const int64_t most = std::max(config.predictor_order, config.corrector_order - 1);
  History outputs(most + 1, latent.size());
  AdamsStep last{.start = std::vector<float>(latent.size()), .noise = std::vector<float>(latent.size())};
  const auto step = [&](const AdamsCoefficients& c) {
    for (size_t k = 0; k < latent.size(); ++k) {
      float sum = 0.0f;
      for (size_t age = 0; age < c.outputs.size(); ++age) sum += c.outputs[age] * outputs[static_cast<int64_t>(age)][k];
      latent[k] = c.latent * last.start[k] + sum + c.new_noise * last.noise[k];
    }
  };
  for (int64_t i = run.begin; i < run.end; ++i) {
    const LambdaLevel& here = levels[static_cast<size_t>(i)];
    const LambdaLevel& to = levels[static_cast<size_t>(i) + 1];
    const double timestep = plan.table.timesteps[static_cast<size_t>(i)];
    const StepNetwork::Estimate e = network.estimate_at_scales(latent, timestep, here.signal, here.noise);
    outputs.push(predicts_picture ? e.original : e.noise);
    if (last.corrector_order > 0) {
      step(adams_coefficients(config, AdamsKind::corrector, levels[static_cast<size_t>(i) - 1], here,
                              nodes_from(i, last.corrector_order), last.tau));
    }
    const int64_t left = plan.table.steps() - i;
    const int64_t taken = std::min(i - run.begin, most);
    int64_t order = std::min(config.predictor_order, taken + 1);
    last.corrector_order = std::min(config.corrector_order, taken + 2);
    if (config.lower_order_final.value()) {
      order = std::min(order, left);
      last.corrector_order = std::min(last.corrector_order, left + 1);
    }
    draw_noise(run, last.noise);
    std::ranges::copy(latent, last.start.begin());
    last.tau = tau_at(timestep);
    if (to.noise == 0.0f) {  // a level that the class knows not: what is left without noise is the estimate
      std::ranges::copy(e.original, latent.begin());
    } else {
      step(adams_coefficients(config, AdamsKind::predictor, here, to, nodes_from(i, order), last.tau));
    }
    if (!network.finish(i, latent)) return false;
  }
  return true;
}

constexpr std::string_view kAliases[] = {"sa_solver"};

}  // namespace

const SamplerInfo kSasolver = {.name = "sasolver",
                               .aliases = kAliases,
                               .scheduler_class = "SASolverScheduler",
                               .source = "diffusers 0.42.1",
                               .draws_noise = true,
                               .adopt = adopt,
                               .steps = steps,
                               .run = run};

}  // namespace redraw::sasolver
