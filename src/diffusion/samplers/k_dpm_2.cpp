// The midpoint method with its midpoint in log sigma (k-diffusion 0.1.1 sample_dpm_2 without churn, and
// sample_dpm_2_ancestral with eta 1; after DPM-Solver-2, Lu et al. 2022a, Algorithm 1): two calls a step. The last one,
// to level 0, which has no logarithm, is Euler's.
#include <array>
#include <cmath>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/k_diffusion.h"

namespace redraw {
namespace {

// From entry's level sigma to sigma_next. middle: as long as the latent, for its use.
void midpoint_step(StepNetwork& network, int64_t entry, float sigma, float sigma_next, std::span<float> latent,
                   std::vector<float>& middle) {
  const std::span<const float> original = network.original_at_entry(latent, entry);
  if (sigma_next == 0.0f) {
    euler_step(original, sigma, sigma_next, latent);
    return;
  }
  const float log_next = std::log(sigma_next);
  const float sigma_middle = std::exp(log_next - 0.5f * (log_next - std::log(sigma)));
  middle.assign(latent.begin(), latent.end());
  euler_step(original, sigma, sigma_middle, middle);
  const std::span<const float> corrected =
      network.original_at_sigma(middle, network.timestep_of(sigma_middle), sigma_middle);
  const float step = sigma_next - sigma;
  for (size_t i = 0; i < latent.size(); ++i) latent[i] += (middle[i] - corrected[i]) / sigma_middle * step;
}

constexpr auto kAliases = std::to_array<std::string_view>({"dpm2"});
constexpr auto kAncestralAliases = std::to_array<std::string_view>({"dpm_2_ancestral", "dpm2 a"});

}  // namespace

bool run_dpm_2(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  std::vector<float> middle;
  return take_steps(plan, run, network, latent, [&](int64_t entry, float sigma, float sigma_next) {
    midpoint_step(network, entry, sigma, sigma_next, latent, middle);
  });
}

bool run_dpm_2_ancestral(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  std::vector<float> middle;
  std::vector<float> noise(latent.size());
  return take_steps(plan, run, network, latent, [&](int64_t entry, float sigma, float sigma_next) {
    const AncestralStep split = ancestral_step(sigma, sigma_next);
    midpoint_step(network, entry, sigma, split.sigma_down, latent, middle);
    if (sigma_next > 0.0f) {
      draw_noise(run, noise);
      add_scaled(noise, split.sigma_up, latent);
    }
  });
}

}  // namespace redraw

namespace redraw::k_dpm_2 {

const SamplerInfo kKDpm2 = {.name = "k_dpm_2",
                            .aliases = kAliases,
                            .scheduler_class = "",
                            .source = "k-diffusion 0.1.1",
                            .calls_per_step = 2,
                            .adopt = adopt_for_k_diffusion,
                            .steps = k_diffusion_steps,
                            .run = run_dpm_2};

const SamplerInfo kKDpm2A = {.name = "k_dpm_2_a",
                             .aliases = kAncestralAliases,
                             .scheduler_class = "",
                             .source = "k-diffusion 0.1.1",
                             .calls_per_step = 2,
                             .draws_noise = true,
                             .adopt = adopt_for_k_diffusion,
                             .steps = k_diffusion_steps,
                             .run = run_dpm_2_ancestral};

}  // namespace redraw::k_dpm_2
