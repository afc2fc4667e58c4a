// Singlestep DPM-Solver++ of order 2 (Lu et al. 2022, "DPM-Solver++", Algorithm 1; diffusers 0.42.1
// DPMSolverSinglestepScheduler). Steps go in pairs, one network call each: the first of a pair is of order 1, the
// second goes over the ground of both from where the first began.
#include <algorithm>
#include <vector>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/dpm_solver.h"
#include "diffusion/solver/lambda_step_table.h"
#include "diffusion/solver/network.h"

namespace redraw::dpmpp_2s {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  config.lower_order_final = config.lower_order_final.value_or(false);
  config.timestep_spacing = TimestepSpacing::linspace;  // the class knows no other
  config = adopt_for_lambdas(config);
  config.solver_type = midpoint_or_heun(config);
  config.use_lu_lambdas = false;
  config.rescale_betas_zero_snr = false;
  return config;
}

StepTable steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  return lambda_step_table(config, schedule, n, {.sampler = "dpmpp_2s"});
}

bool ends_a_pair(const SamplingPlan& plan, int64_t entry) {
  // The class switches lower_order_final on by itself where the run ends on level 0.
  const bool lowers_the_last = plan.config.lower_order_final.value() || plan.table.sigmas.back() == 0.0;
  return entry % 2 == 1 && !(lowers_the_last && entry == plan.table.steps() - 1);
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  const std::vector<LambdaLevel> levels = lambda_levels(plan.table);
  StepNetwork network(plan, run, latent.size());
  History estimates(2, latent.size());
  std::vector<float> start(latent.size());  // of the pair
  for (int64_t i = run.begin; i < run.end; ++i) {
    const LambdaLevel& here = levels[static_cast<size_t>(i)];
    const LambdaLevel& to = levels[static_cast<size_t>(i) + 1];
    const double timestep = plan.table.timesteps[static_cast<size_t>(i)];
    estimates.push(network.estimate_at_scales(latent, timestep, here.signal, here.noise).original);
    // A run that begins in the middle of a pair takes its second half as a step by itself.
    const bool is_second = ends_a_pair(plan, i) && estimates.size() > 1;
    if (!is_second) std::ranges::copy(latent, start.begin());
    const LambdaLevel& from = is_second ? levels[static_cast<size_t>(i) - 1] : here;
    const DpmCoefficients c =
        dpm_coefficients(DpmEquation::probability_flow, is_second ? 2 : 1, plan.config.solver_type.value(), from, to);
    const float r0 = (here.lambda - from.lambda) / (to.lambda - from.lambda);
    for (size_t k = 0; k < latent.size(); ++k) {
      const float first = estimates[is_second ? 1 : 0][k];
      latent[k] = c.latent * start[k] + c.estimate * first;
      if (is_second) latent[k] += c.slope * ((1.0f / r0) * (estimates[0][k] - first));
    }
    if (!network.finish(i, latent)) return false;
  }
  return true;
}

}  // namespace

const SamplerInfo kDpmpp2s = {.name = "dpmpp_2s",
                              .aliases = {},
                              .scheduler_class = "DPMSolverSinglestepScheduler",
                              .source = "diffusers 0.42.1",
                              .adopt = adopt,
                              .steps = steps,
                              .run = run};

}  // namespace redraw::dpmpp_2s
