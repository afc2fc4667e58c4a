// Euler's method with ancestral noise (k-diffusion 0.1.1 sample_euler_ancestral, eta 1): down further than the next
// level, then up to it with new noise.
#include <array>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/k_diffusion.h"

namespace redraw::k_euler_a {
namespace {

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  std::vector<float> noise(latent.size());
  return take_steps(plan, run, network, latent, [&](int64_t entry, float sigma, float sigma_next) {
    const AncestralStep split = ancestral_step(sigma, sigma_next);
    euler_step(network.original_at_entry(latent, entry), sigma, split.sigma_down, latent);
    if (sigma_next > 0.0f) {
      draw_noise(run, noise);
      add_scaled(noise, split.sigma_up, latent);
    }
  });
}

constexpr auto kAliases = std::to_array<std::string_view>({"euler_ancestral", "euler a"});

}  // namespace

const SamplerInfo kKEulerA = {.name = "k_euler_a",
                              .aliases = kAliases,
                              .scheduler_class = "",
                              .source = "k-diffusion 0.1.1",
                              .draws_noise = true,
                              .adopt = adopt_for_k_diffusion,
                              .steps = k_diffusion_steps,
                              .run = run};

}  // namespace redraw::k_euler_a
