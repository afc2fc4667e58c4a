// DPM-Solver++ for the stochastic equation, multistep of order 3 (k-diffusion 0.1.1 sample_dpmpp_3m_sde, eta 1). One
// call a step. The last step, to level 0, is the estimate itself. The order grows from 1 with the steps taken.
#include <algorithm>
#include <array>
#include <cmath>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/k_diffusion.h"

namespace redraw::k_dpmpp_3m_sde {
namespace {

// The estimates of the last steps and the steps in lambda that followed them, newest first.
struct History {
  std::array<std::vector<float>, 2> estimates;
  std::array<float, 2> h{};
  int64_t count = 0;

  void push(std::span<const float> estimate, float step) {
    std::swap(estimates[0], estimates[1]);
    estimates[0].assign(estimate.begin(), estimate.end());
    h = {step, h[0]};
    count = std::min<int64_t>(count + 1, 2);
  }
};

// Adds the terms of the estimate's first and second differences over the step h.
void add_differences(const History& history, std::span<const float> original, float h, std::span<float> latent) {
  const float twice = 2.0f * h;
  const float phi_2 = std::expm1(-twice) / twice + 1.0f;
  const float phi_3 = phi_2 / twice - 0.5f;
  const float ratio = history.h[0] / h;
  if (history.count == 1) {
    for (size_t i = 0; i < latent.size(); ++i) {
      latent[i] += phi_2 * ((original[i] - history.estimates[0][i]) / ratio);
    }
    return;
  }
  const float ratio_before = history.h[1] / h;
  for (size_t i = 0; i < latent.size(); ++i) {
    const float newer = (original[i] - history.estimates[0][i]) / ratio;
    const float older = (history.estimates[0][i] - history.estimates[1][i]) / ratio_before;
    const float first = newer + (newer - older) * ratio / (ratio + ratio_before);
    const float second = (newer - older) / (ratio + ratio_before);
    latent[i] = latent[i] + phi_2 * first - phi_3 * second;
  }
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  std::vector<float> noise(latent.size());
  History history;
  return take_steps(plan, run, network, latent, [&](int64_t entry, float sigma, float sigma_next) {
    const std::span<const float> original = network.original_at_entry(latent, entry);
    if (sigma_next == 0.0f) {
      std::ranges::copy(original, latent.begin());
      return;
    }
    const float h = lambda_of(sigma_next) - lambda_of(sigma);
    const float latent_scale = std::exp(-2.0f * h);
    const float original_scale = -std::expm1(-2.0f * h);
    for (size_t i = 0; i < latent.size(); ++i) {
      latent[i] = latent_scale * latent[i] + original_scale * original[i];
    }
    if (history.count > 0) add_differences(history, original, h, latent);
    draw_interval_noise(run, sigma, sigma_next, noise);
    add_scaled(noise, sigma_next * std::sqrt(original_scale), latent);
    history.push(original, h);
  });
}

constexpr auto kAliases = std::to_array<std::string_view>({"dpm++ 3m sde"});

}  // namespace

const SamplerInfo kKDpmpp3MSde = {.name = "k_dpmpp_3m_sde",
                                  .aliases = kAliases,
                                  .scheduler_class = "",
                                  .source = "k-diffusion 0.1.1",
                                  .draws_noise = true,
                                  .adopt = adopt_for_k_diffusion,
                                  .steps = k_diffusion_steps,
                                  .run = run};

}  // namespace redraw::k_dpmpp_3m_sde
