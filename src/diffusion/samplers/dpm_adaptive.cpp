// DPM-Solver-23 (Lu et al. 2022a, appendix C; k-diffusion 0.1.1 sample_dpm_adaptive with its defaults, eta 0): steps of
// order 3 in log sigma whose length follows from how far they are from order 2. The table's number of steps says
// nothing here but where a run begins. Ends at the model's smallest level, not at 0. The error is the mean over the
// whole latent: pictures of one batch share their steps.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/decimal.h"
#include "base/error.h"
#include "diffusion/samplers/list.h"
#include "diffusion/solver/k_dpm_solver.h"

namespace redraw::dpm_adaptive {
namespace {

constexpr double kFirstStep = 0.05;   // in lambda
constexpr float kRelative = 0.05f;    // error that is allowed, of the latent's size
constexpr float kAbsolute = 0.0078f;  // and at least
constexpr double kAcceptSafety = 0.81;
constexpr float kArrived = 1e-5f;  // so near the end is at it

// Root mean square of the difference, an element's allowance being 1.
float error_of(std::span<const float> low, std::span<const float> high, std::span<const float> previous) {
  double sum = 0.0;
  for (size_t i = 0; i < low.size(); ++i) {
    const float allowed = std::max(kAbsolute, kRelative * std::max(std::abs(low[i]), std::abs(previous[i])));
    const double quotient = (low[i] - high[i]) / allowed;
    sum += quotient * quotient;
  }
  return static_cast<float>(std::sqrt(sum / static_cast<double>(low.size())));
}

// By how much longer the next step may be. k-diffusion's controller with its defaults, of which the integral part is
// what is left.
double step_factor(float error) {
  constexpr double kOrder = 3.0;
  return 1.0 + std::atan(std::pow(1.0 / (static_cast<double>(error) + 1e-8), 1.0 / kOrder) - 1.0);
}

[[noreturn]] void refuse(Code code, float lambda, const char* what) {
  throw Error(
      code, "sampler dpm_adaptive: at noise level " + decimal(sigma_of(lambda)) + " " + what + "; use another sampler");
}

// How many steps a run will have taken, by what `taken` of them covered of its range.
int64_t estimated_count(int64_t taken, double share) {
  return std::max(taken + 1, static_cast<int64_t>(std::ceil(static_cast<double>(taken) / share)));
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  StepNetwork network(plan, run, latent.size());
  KDpmSolver solver(network, latent.size());
  const auto lambda_at = [&](int64_t entry) {
    return lambda_of(static_cast<float>(plan.table.sigmas[static_cast<size_t>(entry)]));
  };
  const float begin = lambda_at(run.begin);
  const float end = lambda_at(run.end);
  const auto has_arrived = [&](float lambda) { return !(lambda < end - kArrived); };
  const auto step_at = [&](float lambda, int64_t index, int64_t count) {
    const double sigma = sigma_of(lambda);
    return StepInfo{.index = index,
                    .count = count,
                    .timestep = network.timestep_of(sigma),
                    .sigma = sigma,
                    .latent = {},
                    .predicted_original = {}};
  };
  solver.begin(latent, begin);
  // A run that begins at the smallest level has no way to go; its one call gives observers their estimate.
  if (has_arrived(begin)) return network.finish(step_at(begin, 0, 1), latent);

  std::vector<float> low(latent.size());
  std::vector<float> high(latent.size());
  std::vector<float> previous(latent.begin(), latent.end());
  int64_t taken = 0;
  double h = kFirstStep;
  for (float lambda = begin;;) {
    const float next = std::min(end, lambda + static_cast<float>(h));
    if (!(next > lambda)) refuse(Code::model_unsupported, lambda, "no step is short enough for the network's answers");
    solver.third_order(latent, next, high, low);
    const float error = error_of(low, high, previous);
    if (!std::isfinite(error)) refuse(Code::model_not_finite, lambda, "the latent has values that are not numbers");
    const double factor = step_factor(error);
    h *= factor;
    if (factor < kAcceptSafety) continue;  // the noise at the start, which k-diffusion asks for again, stays the same

    std::swap(previous, low);
    std::ranges::copy(high, latent.begin());
    ++taken;
    const bool is_last = has_arrived(next);
    const int64_t count = is_last ? taken : estimated_count(taken, (next - begin) / (end - begin));
    if (!network.finish(step_at(lambda, taken - 1, count), latent)) return false;
    if (is_last) return true;
    lambda = next;
    solver.begin(latent, lambda);
  }
}

constexpr auto kAliases = std::to_array<std::string_view>({"k_dpm_adaptive", "dpm adaptive"});

}  // namespace

const SamplerInfo kDpmAdaptive = {.name = "dpm_adaptive",
                                  .aliases = kAliases,
                                  .scheduler_class = "",
                                  .source = "k-diffusion 0.1.1",
                                  .calls_per_step = 0,
                                  .chooses_its_levels = true,
                                  .couples_elements = true,
                                  .adopt = adopt_for_k_diffusion,
                                  .steps = lambda_range_steps,
                                  .run = run};

}  // namespace redraw::dpm_adaptive
