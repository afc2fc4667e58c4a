// DPM-Solver++(2M) (Lu et al. 2022b, Algorithm 2) as k-diffusion 0.1.1 has it (sample_dpmpp_2m): multistep of order 2
// in lambda; the first step of a run and the last, to level 0, are of order 1.
#include <algorithm>
#include <array>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/k_diffusion.h"

namespace redraw::k_dpmpp_2m {
namespace {

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  std::vector<float> extrapolated(latent.size());
  std::vector<float> previous;  // the estimate of the step before; empty in the first
  float lambda_previous = 0.0f;
  return take_steps(plan, run, network, latent, [&](int64_t entry, float sigma, float sigma_next) {
    const std::span<const float> original = network.original_at_entry(latent, entry);
    const float lambda = lambda_of(sigma);
    const float lambda_next = lambda_of(sigma_next);
    if (previous.empty() || sigma_next == 0.0f) {
      exponential_step(latent, original, lambda, lambda_next, latent);
    } else {
      // A straight line through the last two estimates, half a step ahead.
      const float ratio = (lambda - lambda_previous) / (lambda_next - lambda);
      const float ahead = 1.0f / (2.0f * ratio);
      for (size_t i = 0; i < latent.size(); ++i) {
        extrapolated[i] = (1.0f + ahead) * original[i] - ahead * previous[i];
      }
      exponential_step(latent, extrapolated, lambda, lambda_next, latent);
    }
    previous.assign(original.begin(), original.end());
    lambda_previous = lambda;
  });
}

constexpr auto kAliases = std::to_array<std::string_view>({"k_dpmpp_2", "dpm++ 2m"});

}  // namespace

const SamplerInfo kKDpmpp2M = {.name = "k_dpmpp_2m",
                               .aliases = kAliases,
                               .scheduler_class = "",
                               .source = "k-diffusion 0.1.1",
                               .adopt = adopt_for_k_diffusion,
                               .steps = k_diffusion_steps,
                               .run = run};

}  // namespace redraw::k_dpmpp_2m
