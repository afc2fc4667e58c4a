// DPM-Solver++ for the stochastic equation, multistep of order 2, midpoint form (k-diffusion 0.1.1 sample_dpmpp_2m_sde,
// eta 1): one call a step, the last of which, to level 0, is the estimate itself.
#include <algorithm>
#include <array>
#include <cmath>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/k_diffusion.h"

namespace redraw::k_dpmpp_2m_sde {
namespace {

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  std::vector<float> noise(latent.size());
  std::vector<float> previous;  // the estimate of the step before; empty in the first
  float h_previous = 0.0f;
  return take_steps(plan, run, network, latent, [&](int64_t entry, float sigma, float sigma_next) {
    const std::span<const float> original = network.original_at_entry(latent, entry);
    if (sigma_next == 0.0f) {
      std::ranges::copy(original, latent.begin());
      return;
    }
    const float h = lambda_of(sigma_next) - lambda_of(sigma);
    const float latent_scale = sigma_next / sigma * std::exp(-h);
    const float original_scale = -std::expm1(-2.0f * h);
    const float change_scale = previous.empty() ? 0.0f : 0.5f * original_scale * (h / h_previous);
    for (size_t i = 0; i < latent.size(); ++i) {
      latent[i] = latent_scale * latent[i] + original_scale * original[i];
      if (!previous.empty()) latent[i] += change_scale * (original[i] - previous[i]);
    }
    draw_interval_noise(run, sigma, sigma_next, noise);
    add_scaled(noise, sigma_next * std::sqrt(original_scale), latent);
    previous.assign(original.begin(), original.end());
    h_previous = h;
  });
}

constexpr auto kAliases = std::to_array<std::string_view>({"dpm++ 2m sde"});

}  // namespace

const SamplerInfo kKDpmpp2MSde = {.name = "k_dpmpp_2m_sde",
                                  .aliases = kAliases,
                                  .scheduler_class = "",
                                  .source = "k-diffusion 0.1.1",
                                  .draws_noise = true,
                                  .adopt = adopt_for_k_diffusion,
                                  .steps = k_diffusion_steps,
                                  .run = run};

}  // namespace redraw::k_dpmpp_2m_sde
