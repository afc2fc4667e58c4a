// DPM-Solver++ for the stochastic equation, singlestep (k-diffusion 0.1.1 sample_dpmpp_sde, eta 1, r 1/2): an ancestral
// step to the level half-way in log sigma, and one over the whole interval with the estimate made there. Both take
// their noise from the same motion.
#include <array>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/k_diffusion.h"

namespace redraw::dpmpp_sde {
namespace {

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  std::vector<float> middle(latent.size());
  std::vector<float> noise(latent.size());
  // The latent brought to lambda_next by an estimate and an ancestral share of noise.
  const auto noisy_step = [&](std::span<const float> original, float lambda, float lambda_next, std::span<float> out) {
    const float sigma = sigma_of(lambda);
    const float sigma_next = sigma_of(lambda_next);
    const AncestralStep split = ancestral_step(sigma, sigma_next);
    exponential_step(latent, original, lambda, lambda_of(split.sigma_down), out);
    draw_interval_noise(run, sigma, sigma_next, noise);
    add_scaled(noise, split.sigma_up, out);
  };
  return take_steps(plan, run, network, latent, [&](int64_t entry, float sigma, float sigma_next) {
    const std::span<const float> original = network.original_at_entry(latent, entry);
    if (sigma_next == 0.0f) {
      euler_step(original, sigma, sigma_next, latent);
      return;
    }
    const float lambda = lambda_of(sigma);
    const float lambda_next = lambda_of(sigma_next);
    const float lambda_middle = lambda + 0.5f * (lambda_next - lambda);
    const float sigma_middle = sigma_of(lambda_middle);
    noisy_step(original, lambda, lambda_middle, middle);
    // r = 1/2 weighs the two estimates 0 and 1.
    noisy_step(network.original_at_sigma(middle, network.timestep_of(sigma_middle), sigma_middle), lambda, lambda_next,
               latent);
  });
}

constexpr auto kAliases = std::to_array<std::string_view>({"k_dpmpp_sde", "dpm++ sde"});

}  // namespace

const SamplerInfo kDpmppSde = {.name = "dpmpp_sde",
                               .aliases = kAliases,
                               .scheduler_class = "",
                               .source = "k-diffusion 0.1.1",
                               .calls_per_step = 2,
                               .draws_noise = true,
                               .adopt = adopt_for_k_diffusion,
                               .steps = k_diffusion_steps,
                               .run = run};

}  // namespace redraw::dpmpp_sde
