// ER-SDE-Solver-3 (Cui et al. 2023, Algorithm 3; as ComfyUI's sample_er_sde has it, by its formulas): multistep, one
// call a step, the last of which, to level 0, is the estimate itself.
#include "diffusion/samplers/er_sde.h"

#include <algorithm>
#include <array>
#include <vector>

#include "diffusion/samplers/list.h"

namespace redraw {
namespace {

// What a step from sigma to sigma_next multiplies the latent, the estimate of the clean latent, and the estimate's
// first and second derivatives by sigma with, and its noise.
struct Coefficients {
  double latent;
  double original;
  double first;
  double second;
  double noise;
};

Coefficients coefficients(double sigma, double sigma_next, const ErSdeOptions& options) {
  const double scale_next = options.noise_scale(sigma_next);
  const double ratio = scale_next / options.noise_scale(sigma);
  const double step = sigma_next - sigma;
  // Sums from the left, as the authors have them: a finer rule would be another sampler.
  const double width = -step / static_cast<double>(options.integration_points);
  double first_sum = 0.0;
  double second_sum = 0.0;
  for (int64_t i = 0; i < options.integration_points; ++i) {
    const double position = sigma_next + static_cast<double>(i) * width;
    const double scale = options.noise_scale(position);
    first_sum += width / scale;
    second_sum += (position - sigma) * width / scale;
  }
  const double variance = sigma_next * sigma_next - sigma * sigma * ratio * ratio;
  return {.latent = ratio,
          .original = 1.0 - ratio,
          .first = step + first_sum * scale_next,
          .second = 0.5 * step * step + second_sum * scale_next,
          .noise = std::sqrt(std::max(variance, 0.0))};
}

}  // namespace

bool run_er_sde(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent, const ErSdeOptions& options) {
  StepNetwork network(plan, run, latent.size());
  std::vector<float> previous(latent.size());    // the estimate of the step before
  std::vector<float> derivative(latent.size());  // of the estimate by sigma, between the last two
  std::vector<float> older_derivative(latent.size());
  std::vector<float> noise(latent.size());
  const auto sigma_at = [&](int64_t entry) { return plan.table.sigmas[static_cast<size_t>(entry)]; };
  return take_steps(plan, run, network, latent, [&](int64_t entry, float sigma, float sigma_next) {
    const std::span<const float> original = network.original_at_entry(latent, entry);
    if (sigma_next == 0.0f) {
      std::ranges::copy(original, latent.begin());
      return;
    }
    const int64_t stage = std::min(options.max_stage, entry - run.begin + 1);
    const Coefficients c = coefficients(sigma, sigma_next, options);
    for (size_t i = 0; i < latent.size(); ++i) {
      latent[i] = static_cast<float>(c.latent) * latent[i] + static_cast<float>(c.original) * original[i];
    }
    if (stage >= 2) {
      std::swap(derivative, older_derivative);
      const auto distance = static_cast<float>(sigma - sigma_at(entry - 1));
      for (size_t i = 0; i < latent.size(); ++i) derivative[i] = (original[i] - previous[i]) / distance;
      add_scaled(derivative, static_cast<float>(c.first), latent);
    }
    if (stage >= 3) {
      const auto distance = static_cast<float>((sigma - sigma_at(entry - 2)) / 2.0);
      const auto scale = static_cast<float>(c.second);
      for (size_t i = 0; i < latent.size(); ++i)
        latent[i] += scale * ((derivative[i] - older_derivative[i]) / distance);
    }
    draw_noise(run, noise);
    add_scaled(noise, static_cast<float>(c.noise), latent);
    std::ranges::copy(original, previous.begin());
  });
}

}  // namespace redraw

namespace redraw::er_sde {
namespace {

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  return run_er_sde(plan, run, latent, {});
}

}  // namespace

const SamplerInfo kErSde = {.name = "er_sde",
                            .aliases = {},
                            .scheduler_class = "",
                            .source = "Cui et al. 2023",
                            .draws_noise = true,
                            .adopt = adopt_for_k_diffusion,
                            .steps = k_diffusion_steps,
                            .run = run};

}  // namespace redraw::er_sde
