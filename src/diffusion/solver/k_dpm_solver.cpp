#include "diffusion/solver/k_dpm_solver.h"

#include <algorithm>
#include <cmath>

namespace redraw {

KDpmSolver::KDpmSolver(StepNetwork& network, size_t latent_size)
    : network_(network), noise_(latent_size), later_noise_(latent_size), between_(latent_size) {}

void KDpmSolver::begin(std::span<const float> latent, float lambda) {
  lambda_ = lambda;
  noise_at(latent, lambda, noise_);
}

void KDpmSolver::first_order(std::span<const float> latent, float lambda_next, std::span<float> out) const {
  step(latent, sigma_of(lambda_next) * std::expm1(lambda_next - lambda_), 0.0f, noise_, out);
}

void KDpmSolver::second_order(std::span<const float> latent, float lambda_next, std::span<float> out) {
  const float h = lambda_next - lambda_;
  const float lambda_middle = lambda_ + 0.5f * h;
  first_order(latent, lambda_middle, between_);
  noise_at(between_, lambda_middle, later_noise_);
  const float scale = sigma_of(lambda_next) * std::expm1(h);
  step(latent, scale, scale, later_noise_, out);
}

void KDpmSolver::third_order(std::span<const float> latent, float lambda_next, std::span<float> out,
                             std::span<float> second_order_out) {
  constexpr float kThird = 1.0f / 3.0f;
  const float h = lambda_next - lambda_;
  const float lambda_1 = lambda_ + kThird * h;
  const float lambda_2 = lambda_ + 2.0f * kThird * h;
  const float sigma_next = sigma_of(lambda_next);
  const float noise_scale = sigma_next * std::expm1(h);
  const auto phi = [](float x) { return std::expm1(x) / x - 1.0f; };

  first_order(latent, lambda_1, between_);
  noise_at(between_, lambda_1, later_noise_);
  if (!second_order_out.empty()) {
    step(latent, noise_scale, sigma_next * 1.5f * std::expm1(h), later_noise_, second_order_out);
  }
  const float sigma_2 = sigma_of(lambda_2);
  const float h_2 = 2.0f * kThird * h;
  step(latent, sigma_2 * std::expm1(h_2), sigma_2 * 2.0f * phi(h_2), later_noise_, between_);
  noise_at(between_, lambda_2, later_noise_);
  step(latent, noise_scale, sigma_next * 1.5f * phi(h), later_noise_, out);
}

void KDpmSolver::noise_at(std::span<const float> latent, float lambda, std::vector<float>& noise) {
  const float sigma = sigma_of(lambda);
  const std::span<const float> original = network_.original_at_sigma(latent, network_.timestep_of(sigma), sigma);
  for (size_t i = 0; i < noise.size(); ++i) noise[i] = (latent[i] - original[i]) / sigma;
}

void KDpmSolver::step(std::span<const float> latent, float noise_scale, float change_scale,
                      std::span<const float> later, std::span<float> out) const {
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = latent[i] - noise_scale * noise_[i] - change_scale * (later[i] - noise_[i]);
  }
}

StepTable lambda_range_steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  StepTable table = k_diffusion_steps(config, schedule, n);
  if (table.sigmas.back() == 0.0) {
    const auto smallest = static_cast<double>(schedule.sigmas().front());
    table.sigmas.back() = std::min(smallest, table.sigmas[table.sigmas.size() - 2]);
  }
  return table;
}

}  // namespace redraw
