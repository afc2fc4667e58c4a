// UniPC (Zhao et al. 2023, "UniPC: A Unified Predictor-Corrector Framework", Algorithms 1 and 2; diffusers 0.42.1
// UniPCMultistepScheduler): the network call of a step also corrects the step before.
#include <algorithm>
#include <cmath>
#include <vector>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/lambda_space.h"
#include "diffusion/solver/lambda_step_table.h"
#include "diffusion/solver/network.h"

namespace redraw::unipc {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  config = adopt_for_lambdas(config);
  config.solver_type = config.solver_type == SolverType::bh1 ? SolverType::bh1 : SolverType::bh2;
  config.use_lu_lambdas = false;
  config.lambda_min_clipped = -std::numeric_limits<double>::infinity();
  return config;
}

StepTable steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  return lambda_step_table(config, schedule, n, {.sampler = "unipc", .repeats_last_level = true});
}

// Solves matrix * x = right by elimination with pivots; the matrix is of Vandermonde's kind and small.
std::vector<double> solve(std::vector<std::vector<double>> matrix, std::vector<double> right) {
  const size_t n = right.size();
  for (size_t column = 0; column < n; ++column) {
    size_t pivot = column;
    for (size_t row = column + 1; row < n; ++row) {
      if (std::abs(matrix[row][column]) > std::abs(matrix[pivot][column])) pivot = row;
    }
    std::swap(matrix[column], matrix[pivot]);
    std::swap(right[column], right[pivot]);
    for (size_t row = column + 1; row < n; ++row) {
      const double factor = matrix[row][column] / matrix[column][column];
      for (size_t k = column; k < n; ++k) matrix[row][k] -= factor * matrix[column][k];
      right[row] -= factor * right[column];
    }
  }
  for (size_t row = n; row-- > 0;) {
    for (size_t k = row + 1; k < n; ++k) right[row] -= matrix[row][k] * right[k];
    right[row] /= matrix[row][row];
  }
  return right;
}

// latent' = latent_factor * latent + output * m0 + difference * sum of weights[k] * D_k, where m0 is the network's
// output at `from` and D_k the differences of the others to it, over their distance in lambda.
struct UniCoefficients {
  float latent;
  float output;
  float difference;
  std::vector<float> distances;  // of the older outputs from m0, in units of the step
  std::vector<float> weights;    // as many; one more of the output at the end of the step, for the corrector
};

// A step from `from` to `to` of this order. older: the levels of the outputs before m0's, newest first.
UniCoefficients uni_coefficients(const SchedulerConfig& config, const LambdaLevel& from, const LambdaLevel& to,
                                 std::span<const LambdaLevel> older, bool corrects) {
  const float h = to.lambda - from.lambda;
  const float signed_h = config.predict_x0 ? -h : h;
  // In double, then rounded: as the reference's, and not every C library's expm1f is that good.
  const auto growth = static_cast<float>(std::expm1(static_cast<double>(signed_h)));
  const float b_of_h = config.solver_type == SolverType::bh1 ? signed_h : growth;
  const float scale = config.predict_x0 ? to.signal : to.noise;
  UniCoefficients result{.latent = config.predict_x0 ? to.noise / from.noise : to.signal / from.signal,
                         .output = -(scale * growth),
                         .difference = -(scale * b_of_h),
                         .distances = {},
                         .weights = {}};
  for (const LambdaLevel& level : older) result.distances.push_back((level.lambda - from.lambda) / h);

  // The weights make the update exact for polynomials in lambda. For one unknown the reference takes 1/2 instead.
  const size_t unknowns = older.size() + (corrects ? 1 : 0);
  if (unknowns == 1) result.weights = {0.5f};
  if (unknowns < 2) return result;
  std::vector<double> nodes(result.distances.begin(), result.distances.end());
  if (corrects) nodes.push_back(1.0);
  std::vector<std::vector<double>> powers;
  std::vector<double> moments;
  float phi = growth / signed_h - 1.0f;
  float factorial = 1.0f;
  for (size_t power = 0; power < unknowns; ++power) {
    std::vector<double>& row = powers.emplace_back();
    for (double node : nodes) row.push_back(std::pow(node, static_cast<double>(power)));
    moments.push_back(phi * factorial / b_of_h);
    factorial *= static_cast<float>(power + 2);
    phi = phi / signed_h - 1.0f / factorial;
  }
  for (double weight : solve(powers, moments)) result.weights.push_back(static_cast<float>(weight));
  return result;
}

// latent at `from` to latent at `to`. outputs: m0 first, then the older ones; at_end: the corrector's, else empty.
void update(const UniCoefficients& c, std::span<const float> latent, const History& outputs,
            std::span<const float> at_end, std::span<float> result) {
  for (size_t k = 0; k < latent.size(); ++k) {
    const float newest = outputs[0][k];
    float sum = 0.0f;
    for (size_t age = 0; age < c.distances.size(); ++age) {
      sum += c.weights[age] * ((outputs[static_cast<int64_t>(age) + 1][k] - newest) / c.distances[age]);
    }
    if (!at_end.empty()) sum += c.weights.back() * (at_end[k] - newest);
    result[k] = c.latent * latent[k] + c.output * newest + c.difference * sum;
  }
}

// The levels of `count` entries of the table, going back from `newest`.
std::vector<LambdaLevel> going_back(const std::vector<LambdaLevel>& levels, int64_t newest, int64_t count) {
  std::vector<LambdaLevel> result;
  for (int64_t i = 0; i < count; ++i) result.push_back(levels[static_cast<size_t>(newest - i)]);
  return result;
}

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  const SchedulerConfig& config = plan.config;
  const std::vector<LambdaLevel> levels = lambda_levels(plan.table);
  StepNetwork network(plan, run, latent.size());
  History outputs(config.solver_order, latent.size());
  std::vector<float> last(latent.size());  // the latent before the last step
  int64_t order = 0;                       // of the last step
  for (int64_t i = run.begin; i < run.end; ++i) {
    const LambdaLevel& here = levels[static_cast<size_t>(i)];
    const LambdaLevel& to = levels[static_cast<size_t>(i) + 1];
    const double timestep = plan.table.timesteps[static_cast<size_t>(i)];
    const StepNetwork::Estimate e = network.estimate_at_scales(latent, timestep, here.signal, here.noise);
    const std::span<const float> output = config.predict_x0 ? e.original : e.noise;
    if (i > run.begin && std::ranges::count(config.disable_corrector, i - 1) == 0) {
      const LambdaLevel& from = levels[static_cast<size_t>(i) - 1];
      update(uni_coefficients(config, from, here, going_back(levels, i - 2, order - 1), true), last, outputs, output,
             latent);
    }
    outputs.push(output);
    const int64_t left = plan.table.steps() - i;
    order = std::min(config.solver_order, outputs.size());
    if (config.lower_order_final.value()) order = std::min(order, left);
    std::ranges::copy(latent, last.begin());
    if (to.noise == 0.0f) {  // what is left without noise is the estimate
      std::ranges::copy(e.original, latent.begin());
    } else {
      update(uni_coefficients(config, here, to, going_back(levels, i - 1, order - 1), false), last, outputs, {},
             latent);
    }
    if (!network.finish(i, latent)) return false;
  }
  return true;
}

constexpr std::string_view kAliases[] = {"uni_pc"};

}  // namespace

const SamplerInfo kUnipc = {.name = "unipc",
                            .aliases = kAliases,
                            .scheduler_class = "UniPCMultistepScheduler",
                            .source = "diffusers 0.42.1",
                            .adopt = adopt,
                            .steps = steps,
                            .run = run};

}  // namespace redraw::unipc
