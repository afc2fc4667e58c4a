// DEIS in log rho (Zhang and Chen 2023, "Fast Sampling of Diffusion Models with Exponential Integrator"; diffusers
// 0.42.1 DEISMultistepScheduler). rho = noise / signal, so log rho = -lambda. The network's noise is extrapolated as a
// polynomial in log rho and integrated over rho.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/lambda_space.h"
#include "diffusion/solver/lambda_step_table.h"
#include "diffusion/solver/network.h"
#include "diffusion/solver/numpy_log.h"

namespace redraw::deis {
namespace {

constexpr int64_t kHighestOrder = 3;

SchedulerConfig adopt(SchedulerConfig config) {
  config = adopt_for_lambdas(config);
  config.solver_order = std::min(config.solver_order, kHighestOrder);  // the class treats higher ones as that
  config.solver_type = SolverType::logrho;
  config.final_sigmas_type = FinalSigma::sigma_min;  // the class never goes below
  config.use_lu_lambdas = false;
  config.rescale_betas_zero_snr = false;
  config.lambda_min_clipped = -std::numeric_limits<double>::infinity();
  return config;
}

StepTable steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  return lambda_step_table(config, schedule, n, {.sampler = "deis", .repeats_last_level = true});
}

// Antiderivatives at t of the Lagrange basis polynomials in log t of node b, the other nodes being c (and d). In
// float32 and this order, since what cancels between their values at two ends shows in the reference's last digits.
float line(float t, float b, float c) {
  return t * (-numpy_log(c) + numpy_log(t) - 1.0f) / (numpy_log(b) - numpy_log(c));
}
float parabola(float t, float b, float c, float d) {
  const float log_t = numpy_log(t), log_b = numpy_log(b), log_c = numpy_log(c), log_d = numpy_log(d);
  const float numerator =
      t * (log_c * (log_d - log_t + 1.0f) - log_d * log_t + log_d + log_t * log_t - 2.0f * log_t + 2.0f);
  return numerator / ((log_b - log_c) * (log_b - log_d));
}

// Integrals of the basis polynomials from rho[0] to `to`; rho: of the outputs, newest first, two or three of them.
std::vector<float> integrals(float to, const std::vector<float>& rho) {
  if (rho.size() == 2) {
    return {line(to, rho[0], rho[1]) - line(rho[0], rho[0], rho[1]),
            line(to, rho[1], rho[0]) - line(rho[0], rho[1], rho[0])};
  }
  return {parabola(to, rho[0], rho[1], rho[2]) - parabola(rho[0], rho[0], rho[1], rho[2]),
          parabola(to, rho[1], rho[2], rho[0]) - parabola(rho[0], rho[1], rho[2], rho[0]),
          parabola(to, rho[2], rho[0], rho[1]) - parabola(rho[0], rho[2], rho[0], rho[1])};
}

// The order that the step from `entry` may have by its place in the table.
int64_t order_at(const SamplingPlan& plan, int64_t entry) {
  constexpr int64_t kFew = 15;
  const int64_t left = plan.table.steps() - entry;
  const bool lowers_at_the_end = plan.config.lower_order_final.value() && plan.table.steps() < kFew;
  return lowers_at_the_end ? std::min(plan.config.solver_order, left) : plan.config.solver_order;
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  const std::vector<LambdaLevel> levels = lambda_levels(plan.table);
  const auto rho = [](const LambdaLevel& level) { return level.noise / level.signal; };
  StepNetwork network(plan, run, latent.size());
  History outputs(plan.config.solver_order, latent.size());
  std::vector<float> noise(latent.size());
  for (int64_t i = run.begin; i < run.end; ++i) {
    const LambdaLevel& here = levels[static_cast<size_t>(i)];
    const LambdaLevel& to = levels[static_cast<size_t>(i) + 1];
    const double timestep = plan.table.timesteps[static_cast<size_t>(i)];
    const StepNetwork::Estimate e = network.estimate_at_scales(latent, timestep, here.signal, here.noise);
    // By way of the estimate also where the network gives the noise: the reference does, and so rounds.
    for (size_t k = 0; k < latent.size(); ++k) noise[k] = (latent[k] - here.signal * e.original[k]) / here.noise;
    outputs.push(noise);
    const int64_t order = std::min(order_at(plan, i), outputs.size());
    if (to.noise == 0.0f) {  // a level that the class knows not: what is left without noise is the estimate
      std::ranges::copy(e.original, latent.begin());
    } else if (order == 1) {
      const float from_noise = to.noise * (std::exp(to.lambda - here.lambda) - 1.0f);
      for (size_t k = 0; k < latent.size(); ++k) {
        latent[k] = to.signal / here.signal * latent[k] - from_noise * noise[k];
      }
    } else {
      std::vector<float> nodes;
      for (int64_t age = 0; age < order; ++age) nodes.push_back(rho(levels[static_cast<size_t>(i - age)]));
      const std::vector<float> factors = integrals(rho(to), nodes);
      for (size_t k = 0; k < latent.size(); ++k) {
        float sum = latent[k] / here.signal;
        for (size_t age = 0; age < factors.size(); ++age) sum += factors[age] * outputs[static_cast<int64_t>(age)][k];
        latent[k] = to.signal * sum;
      }
    }
    if (!network.finish(i, latent)) return false;
  }
  return true;
}

}  // namespace

const SamplerInfo kDeis = {.name = "deis",
                           .aliases = {},
                           .scheduler_class = "DEISMultistepScheduler",
                           .source = "diffusers 0.42.1",
                           .adopt = adopt,
                           .steps = steps,
                           .run = run};

}  // namespace redraw::deis
