// Linear multistep along sigma, order 4 (k-diffusion's lms; diffusers 0.42.1 LMSDiscreteScheduler).
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/network.h"
#include "diffusion/solver/shared_runs.h"

namespace redraw {
namespace {

constexpr int64_t kOrder = 4;

// The Lagrange basis polynomial of node sigmas[at - which] over the `order` nodes that end in sigmas[at], at `tau`.
double lagrange(const std::vector<double>& sigmas, size_t at, int64_t order, int64_t which, double tau) {
  const double node = sigmas[at - static_cast<size_t>(which)];
  double product = 1.0;
  for (int64_t k = 0; k < order; ++k) {
    const double other = sigmas[at - static_cast<size_t>(k)];
    if (k != which) product *= (tau - other) / (node - other);
  }
  return product;
}

// Its integral over the step. Two Gauss-Legendre points are exact for a polynomial of degree 3; the reference has
// scipy's adaptive quadrature do it, to a relative 1e-4 at worst and far better in fact.
double coefficient(const std::vector<double>& sigmas, size_t at, int64_t order, int64_t which) {
  static_assert(kOrder <= 4);
  const double middle = 0.5 * (sigmas[at] + sigmas[at + 1]);
  const double half = 0.5 * (sigmas[at + 1] - sigmas[at]);
  const double offset = half / std::sqrt(3.0);
  return half *
         (lagrange(sigmas, at, order, which, middle - offset) + lagrange(sigmas, at, order, which, middle + offset));
}

}  // namespace

bool run_lms(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent, LmsOrder order_by) {
  StepNetwork network(plan, run, latent.size());
  std::vector<std::vector<float>> derivatives;  // newest first, at most kOrder
  for (int64_t i = run.begin; i < run.end; ++i) {
    std::vector<float> newest;
    if (std::ssize(derivatives) == kOrder) {
      newest = std::move(derivatives.back());  // its memory
      derivatives.pop_back();
    }
    newest.resize(latent.size());
    const auto sigma = static_cast<float>(plan.table.sigmas[static_cast<size_t>(i)]);
    const std::span<const float> original = network.original_at_entry(latent, i);
    for (size_t at = 0; at < latent.size(); ++at) newest[at] = (latent[at] - original[at]) / sigma;
    derivatives.insert(derivatives.begin(), std::move(newest));

    // By the place in the table, a run that begins in the middle has fewer derivatives than its order: it then takes
    // the coefficients of the full order and leaves out the missing terms.
    const int64_t first = order_by == LmsOrder::place_in_table ? 0 : run.begin;
    const int64_t order = std::min(i - first + 1, kOrder);
    const int64_t terms = std::min(order, std::ssize(derivatives));
    std::array<float, kOrder> coefficients{};
    for (int64_t k = 0; k < terms; ++k) {
      coefficients[static_cast<size_t>(k)] =
          static_cast<float>(coefficient(plan.table.sigmas, static_cast<size_t>(i), order, k));
    }
    for (size_t at = 0; at < latent.size(); ++at) {
      float sum = 0.0f;
      for (size_t k = 0; k < static_cast<size_t>(terms); ++k) sum += coefficients[k] * derivatives[k][at];
      latent[at] += sum;
    }
    if (!network.finish(i, latent)) return false;
  }
  return true;
}

}  // namespace redraw

namespace redraw::lms {
namespace {

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  return run_lms(plan, run, latent, LmsOrder::place_in_table);
}

}  // namespace

const SamplerInfo kLms = {.name = "lms",
                          .aliases = {},
                          .scheduler_class = "LMSDiscreteScheduler",
                          .source = "diffusers 0.42.1",
                          .adopt = adopt_for_sigmas,
                          .steps = sigma_steps,
                          .run = run};

}  // namespace redraw::lms
