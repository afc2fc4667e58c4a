// Multistep DPM-Solver++ of order 2 and 3 (Lu et al. 2022, "DPM-Solver++", Algorithm 2) and its stochastic form
// (diffusers 0.42.1 DPMSolverMultistepScheduler with algorithm_type dpmsolver++ and sde-dpmsolver++).
#include <algorithm>
#include <array>
#include <vector>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/dpm_solver.h"
#include "diffusion/solver/lambda_step_table.h"
#include "diffusion/solver/network.h"

namespace redraw::dpmpp_multistep {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  config = adopt_for_lambdas(config);
  config.solver_type = midpoint_or_heun(config);
  return config;
}

StepTable steps_of(const SamplerInfo& sampler, const SchedulerConfig& config, const NoiseSchedule& schedule,
                   int64_t n) {
  return lambda_step_table(config, schedule, n, {.sampler = sampler.name, .truncates_karras_of_cosine = true});
}

// The order that the step from `entry` may have by its place in the table.
int64_t order_at(const SamplingPlan& plan, int64_t entry, int64_t highest) {
  constexpr int64_t kFew = 15;
  const int64_t left = plan.table.steps() - entry;
  const bool lowers_at_the_end = plan.config.lower_order_final.value() && plan.table.steps() < kFew;
  const double final_sigma = plan.table.sigmas.back();
  if (left == 1 && (plan.config.euler_at_final || lowers_at_the_end || final_sigma == 0.0)) return 1;
  if (left == 2 && lowers_at_the_end) return std::min<int64_t>(highest, 2);
  return highest;
}

template <DpmEquation equation, int64_t highest_order>
bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  const std::vector<LambdaLevel> levels = lambda_levels(plan.table);
  const auto lambda_at = [&](int64_t entry) { return levels[static_cast<size_t>(entry)].lambda; };
  StepNetwork network(plan, run, latent.size());
  History estimates(highest_order, latent.size());
  std::vector<float> noise(latent.size());
  for (int64_t i = run.begin; i < run.end; ++i) {
    const LambdaLevel& from = levels[static_cast<size_t>(i)];
    const LambdaLevel& to = levels[static_cast<size_t>(i) + 1];
    const double timestep = plan.table.timesteps[static_cast<size_t>(i)];
    estimates.push(network.estimate_at_scales(latent, timestep, from.signal, from.noise).original);
    // The reference draws also for the last step, which ends without noise.
    if (equation == DpmEquation::stochastic) draw_noise(run, noise);

    const float h = to.lambda - from.lambda;
    // Where the table repeats its last level the step has no length, and nothing to take differences over.
    const int64_t order = h == 0.0f ? 1 : std::min(order_at(plan, i, highest_order), estimates.size());
    const DpmCoefficients c = dpm_coefficients(equation, order, plan.config.solver_type.value(), from, to);
    const float r0 = order > 1 ? (from.lambda - lambda_at(i - 1)) / h : 1.0f;
    const float r1 = order > 2 ? (lambda_at(i - 1) - lambda_at(i - 2)) / h : 1.0f;
    for (size_t k = 0; k < latent.size(); ++k) {
      const float newest = estimates[0][k];
      float next = c.latent * latent[k] + c.estimate * newest;
      if (order > 1) {
        float slope = (1.0f / r0) * (newest - estimates[1][k]);
        if (order > 2) {
          const float bend = slope - (1.0f / r1) * (estimates[1][k] - estimates[2][k]);
          slope += r0 / (r0 + r1) * bend;
          next += c.curvature * (1.0f / (r0 + r1) * bend);
        }
        next += c.slope * slope;
      }
      latent[k] = next + c.new_noise * noise[k];
    }
    if (!network.finish(i, latent)) return false;
  }
  return true;
}

constexpr std::string_view kClass = "DPMSolverMultistepScheduler";
constexpr std::string_view kSource = "diffusers 0.42.1";

}  // namespace

const SamplerInfo kDpmpp2m = {.name = "dpmpp_2m",
                              .aliases = {},
                              .scheduler_class = kClass,
                              .source = kSource,
                              .adopt = adopt,
                              .steps = [](const SchedulerConfig& config, const NoiseSchedule& schedule,
                                          int64_t n) { return steps_of(kDpmpp2m, config, schedule, n); },
                              .run = run<DpmEquation::probability_flow, 2>};

const SamplerInfo kDpmpp2mSde = {.name = "dpmpp_2m_sde",
                                 .aliases = {},
                                 .scheduler_class = kClass,
                                 .source = kSource,
                                 .draws_noise = true,
                                 .adopt = adopt,
                                 .steps = [](const SchedulerConfig& config, const NoiseSchedule& schedule,
                                             int64_t n) { return steps_of(kDpmpp2mSde, config, schedule, n); },
                                 .run = run<DpmEquation::stochastic, 2>};

const SamplerInfo kDpmpp3m = {.name = "dpmpp_3m",
                              .aliases = {},
                              .scheduler_class = kClass,
                              .source = kSource,
                              .adopt = adopt,
                              .steps = [](const SchedulerConfig& config, const NoiseSchedule& schedule,
                                          int64_t n) { return steps_of(kDpmpp3m, config, schedule, n); },
                              .run = run<DpmEquation::probability_flow, 3>};

const SamplerInfo kDpmpp3mSde = {.name = "dpmpp_3m_sde",
                                 .aliases = {},
                                 .scheduler_class = kClass,
                                 .source = kSource,
                                 .draws_noise = true,
                                 .adopt = adopt,
                                 .steps = [](const SchedulerConfig& config, const NoiseSchedule& schedule,
                                             int64_t n) { return steps_of(kDpmpp3mSde, config, schedule, n); },
                                 .run = run<DpmEquation::stochastic, 3>};

}  // namespace redraw::dpmpp_multistep
