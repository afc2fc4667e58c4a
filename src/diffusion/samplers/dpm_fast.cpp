// DPM-Solver-fast (Lu et al. 2022a, section 3.4; k-diffusion 0.1.1 sample_dpm_fast, eta 0). Steps of order 3, evenly in
// log sigma; at the end one or two steps of the order that uses up the network calls. n steps of the table are n calls.
// Ends at the model's smallest level, not at 0.
#include <algorithm>
#include <array>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/k_dpm_solver.h"

namespace redraw::dpm_fast {
namespace {

int64_t order_of(int64_t step, int64_t steps, int64_t calls) {
  const int64_t left = steps - step;
  if (calls % 3 != 0) return left > 1 ? 3 : calls % 3;
  return std::min<int64_t>(left, 3);
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  KDpmSolver solver(network, latent.size());
  const int64_t calls = run.end - run.begin;
  const int64_t steps = calls / 3 + 1;
  const auto lambda_at = [&](int64_t entry) {
    return lambda_of(static_cast<float>(plan.table.sigmas[static_cast<size_t>(entry)]));
  };
  const std::vector<float> lambdas = torch_linspace(lambda_at(run.begin), lambda_at(run.end), steps + 1);
  for (int64_t i = 0; i < steps; ++i) {
    const float lambda = lambdas[static_cast<size_t>(i)];
    const float lambda_next = lambdas[static_cast<size_t>(i) + 1];
    solver.begin(latent, lambda);
    switch (order_of(i, steps, calls)) {
      case 1:
        solver.first_order(latent, lambda_next, latent);
        break;
      case 2:
        solver.second_order(latent, lambda_next, latent);
        break;
      default:
        solver.third_order(latent, lambda_next, latent);
    }
    const double sigma = sigma_of(lambda);
    const StepInfo step = {.index = i,
                           .count = steps,
                           .timestep = network.timestep_of(sigma),
                           .sigma = sigma,
                           .latent = {},
                           .predicted_original = {}};
    if (!network.finish(step, latent)) return false;
  }
  return true;
}

constexpr auto kAliases = std::to_array<std::string_view>({"k_dpm_fast", "dpm fast"});

}  // namespace

const SamplerInfo kDpmFast = {.name = "dpm_fast",
                              .aliases = kAliases,
                              .scheduler_class = "",
                              .source = "k-diffusion 0.1.1",
                              .chooses_its_levels = true,
                              .adopt = adopt_for_k_diffusion,
                              .steps = lambda_range_steps,
                              .run = run};

}  // namespace redraw::dpm_fast
