// Euler's method with ancestral noise (k-diffusion's euler_ancestral; diffusers 0.42.1
// EulerAncestralDiscreteScheduler).
#include <vector>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/network.h"

namespace redraw::euler_a {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  const bool zero_snr = config.rescale_betas_zero_snr;
  config = adopt_for_sigmas(config);
  config.rescale_betas_zero_snr = zero_snr;
  config.sigma_rule = SigmaRule::model;
  return config;
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  std::vector<float> noise(latent.size());
  for (int64_t i = run.begin; i < run.end; ++i) {
    const auto sigma = static_cast<float>(plan.table.sigmas[static_cast<size_t>(i)]);
    const AncestralStep split = ancestral_step(sigma, plan.table.sigmas[static_cast<size_t>(i) + 1]);
    const float step = split.sigma_down - sigma;
    const std::span<const float> original = network.original_at_entry(latent, i);
    draw_noise(run, noise);  // the reference draws in its last step too, where the noise counts for nothing
    for (size_t k = 0; k < latent.size(); ++k) {
      latent[k] += (latent[k] - original[k]) / sigma * step;
      latent[k] += noise[k] * split.sigma_up;
    }
    if (!network.finish(i, latent)) return false;
  }
  return true;
}

}  // namespace

const SamplerInfo kEulerA = {.name = "euler_a",
                             .aliases = {},
                             .scheduler_class = "EulerAncestralDiscreteScheduler",
                             .source = "diffusers 0.42.1",
                             .draws_noise = true,
                             .adopt = adopt,
                             .steps = sigma_steps,
                             .run = run};

}  // namespace redraw::euler_a
