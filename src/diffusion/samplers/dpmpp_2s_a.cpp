// DPM-Solver++(2S) (Lu et al. 2022b, Algorithm 1, r = 1/2) down to the lower level of an ancestral step, then new noise
// (k-diffusion 0.1.1 sample_dpmpp_2s_ancestral, eta 1): two calls a step. diffusers has none with this noise.
#include <array>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/k_diffusion.h"

namespace redraw::dpmpp_2s_a {
namespace {

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  std::vector<float> middle(latent.size());
  std::vector<float> noise(latent.size());
  return take_steps(plan, run, network, latent, [&](int64_t entry, float sigma, float sigma_next) {
    const AncestralStep split = ancestral_step(sigma, sigma_next);
    const std::span<const float> original = network.original_at_entry(latent, entry);
    if (sigma_next == 0.0f) {
      euler_step(original, sigma, sigma_next, latent);
      return;
    }
    const float lambda = lambda_of(sigma);
    const float lambda_next = lambda_of(split.sigma_down);
    const float lambda_middle = lambda + 0.5f * (lambda_next - lambda);
    const float sigma_middle = sigma_of(lambda_middle);
    exponential_step(latent, original, lambda, lambda_middle, middle);
    exponential_step(latent, network.original_at_sigma(middle, network.timestep_of(sigma_middle), sigma_middle), lambda,
                     lambda_next, latent);
    draw_noise(run, noise);
    add_scaled(noise, split.sigma_up, latent);
  });
}

constexpr auto kAliases =
    std::to_array<std::string_view>({"k_dpmpp_2s_a", "k_dpmpp_2_a", "dpmpp_2s_ancestral", "dpm++ 2s a"});

}  // namespace

const SamplerInfo kDpmpp2SA = {.name = "dpmpp_2s_a",
                               .aliases = kAliases,
                               .scheduler_class = "",
                               .source = "k-diffusion 0.1.1",
                               .calls_per_step = 2,
                               .draws_noise = true,
                               .adopt = adopt_for_k_diffusion,
                               .steps = k_diffusion_steps,
                               .run = run};

}  // namespace redraw::dpmpp_2s_a
