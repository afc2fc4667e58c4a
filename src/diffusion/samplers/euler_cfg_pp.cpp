// CFG++ (Chung et al. 2024, "CFG++: manifold-constrained classifier free guidance", Algorithm 2, in sigma form). A step
// goes to the guided estimate of the clean latent, and adds the noise that the unconditional half of the guidance sees.
// Guidance is then much stronger than in a plain step: the paper's scales are between 0 and 1.
#include <array>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/k_diffusion.h"

namespace redraw::euler_cfg_pp {
namespace {

void guided_step(std::span<const float> original, std::span<const float> unconditional, float sigma, float sigma_next,
                 std::span<float> latent) {
  for (size_t i = 0; i < latent.size(); ++i) {
    latent[i] = original[i] + (latent[i] - unconditional[i]) / sigma * sigma_next;
  }
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  return take_steps(plan, run, network, latent, [&](int64_t entry, float sigma, float sigma_next) {
    const std::span<const float> original = network.original_at_entry(latent, entry);
    guided_step(original, network.unconditional_original(), sigma, sigma_next, latent);
  });
}

bool run_ancestral(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  std::vector<float> noise(latent.size());
  return take_steps(plan, run, network, latent, [&](int64_t entry, float sigma, float sigma_next) {
    const AncestralStep split = ancestral_step(sigma, sigma_next);
    const std::span<const float> original = network.original_at_entry(latent, entry);
    guided_step(original, network.unconditional_original(), sigma, split.sigma_down, latent);
    if (sigma_next > 0.0f) {
      draw_noise(run, noise);
      add_scaled(noise, split.sigma_up, latent);
    }
  });
}

constexpr auto kAncestralAliases = std::to_array<std::string_view>({"euler_ancestral_cfg_pp"});

}  // namespace

const SamplerInfo kEulerCfgPp = {.name = "euler_cfg_pp",
                                 .aliases = {},
                                 .scheduler_class = "",
                                 .source = "Chung et al. 2024",
                                 .needs_unconditional = true,
                                 .adopt = adopt_for_k_diffusion,
                                 .steps = k_diffusion_steps,
                                 .run = run};

const SamplerInfo kEulerACfgPp = {.name = "euler_a_cfg_pp",
                                  .aliases = kAncestralAliases,
                                  .scheduler_class = "",
                                  .source = "Chung et al. 2024",
                                  .draws_noise = true,
                                  .needs_unconditional = true,
                                  .adopt = adopt_for_k_diffusion,
                                  .steps = k_diffusion_steps,
                                  .run = run_ancestral};

}  // namespace redraw::euler_cfg_pp
