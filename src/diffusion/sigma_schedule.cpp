#include "diffusion/sigma_schedule.h"

#include <algorithm>
#include <array>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <string>

#include "base/decimal.h"
#include "base/error.h"
#include "base/named_rows.h"

namespace redraw {
namespace {

// numpy.linspace(0, 1, n)[i], for which n = 1 is 0.
double ramp(int64_t i, int64_t n) {
  return n < 2 ? 0.0 : static_cast<double>(i) / static_cast<double>(n - 1);
}

template <typename Level>
std::vector<double> each(int64_t n, Level level) {
  std::vector<double> levels;
  for (int64_t i = 0; i < n; ++i) levels.push_back(level(i));
  return levels;
}

// Karras et al. 2022, eq. 5.
std::vector<double> karras(const SigmaRange& range, int64_t n) {
  constexpr double kRho = 7.0;
  const double from = std::pow(range.sigma_max, 1.0 / kRho);
  const double to = std::pow(range.sigma_min, 1.0 / kRho);
  return each(n, [&](int64_t i) { return std::pow(from + ramp(i, n) * (to - from), kRho); });
}

std::vector<double> exponential(const SigmaRange& range, int64_t n) {
  const double from = std::log(range.sigma_max);
  const double to = std::log(range.sigma_min);
  return each(n, [&](int64_t i) { return std::exp(from + ramp(i, n) * (to - from)); });
}

// Quantiles of the beta distribution (Lee et al. 2024, "Beta Sampling is All You Need"; diffusers _convert_to_beta).
std::vector<double> beta(const SigmaRange& range, int64_t n) {
  constexpr double kAlpha = 0.6, kBeta = 0.6;
  return each(n, [&](int64_t i) {
    const double quantile = boost::math::ibeta_inv(kAlpha, kBeta, 1.0 - ramp(i, n));
    return range.sigma_min + quantile * (range.sigma_max - range.sigma_min);
  });
}

// Evenly in timesteps, the last of n + 1 left out (Stability's generative-models; ComfyUI's and A1111's "sgm_uniform").
std::vector<double> sgm_uniform(const SigmaRange& range, int64_t n) {
  return each(n, [&](int64_t i) {
    if (i == 0) return range.sigma_max;
    const double left = 1.0 - static_cast<double>(i) / static_cast<double>(n);
    return sigma_of_timestep(range.start_timestep * left, range.log_sigmas);
  });
}

// Every so many-th training timestep, counted from the noisy end (ComfyUI's "simple").
std::vector<double> simple(const SigmaRange& range, int64_t n) {
  const double stride = (range.start_timestep + 1.0) / static_cast<double>(n);
  return each(n, [&](int64_t i) {
    if (i == 0) return range.sigma_max;
    const double back = static_cast<double>(i) * stride;
    // Within less than one training timestep a step, whole ones would come twice.
    return sigma_of_timestep(range.start_timestep - (stride < 1.0 ? back : std::floor(back)), range.log_sigmas);
  });
}

// Evenly in arctan sigma, where a step adds as much to the Kullback-Leibler divergence as any other (Sabour et al.
// 2024, "Align Your Steps", theorem 3.1).
std::vector<double> kl_optimal(const SigmaRange& range, int64_t n) {
  const double from = std::atan(range.sigma_max);
  const double to = std::atan(range.sigma_min);
  return each(n, [&](int64_t i) { return std::tan(from + ramp(i, n) * (to - from)); });
}

using Knots = std::array<double, 11>;

// Optimised for 10 steps (Sabour et al. 2024, the tables published with it); other numbers of steps go between them
// evenly in log sigma, as their authors say. The levels of the paper's last step lead to the smallest, then to 0.
constexpr Knots kSd1Knots = {14.6146412293, 6.4745760956, 3.8636745985, 2.6946151520, 1.8841921177, 1.3943805092,
                             0.9642583904,  0.6523686016, 0.3977456272, 0.1515232662, 0.0291671582};
constexpr Knots kSdxlKnots = {14.6146412293, 6.3184485287, 3.7681790315, 2.1811480769, 1.3405244945, 0.8620721141,
                              0.5550693289,  0.3798540708, 0.2332364134, 0.1114188177, 0.0291671582};

double at_knot(const Knots& knots, double position) {
  const size_t low = std::min(static_cast<size_t>(position), knots.size() - 2);
  const double share = position - static_cast<double>(low);
  return std::exp((1.0 - share) * std::log(knots[low]) + share * std::log(knots[low + 1]));
}

double knot_of(const Knots& knots, double sigma) {
  if (sigma >= knots.front()) return 0.0;
  size_t low = 0;
  while (low + 2 < knots.size() && knots[low + 1] > sigma) ++low;
  const double share = std::log(knots[low] / sigma) / std::log(knots[low] / knots[low + 1]);
  return static_cast<double>(low) + std::min(share, 1.0);
}

std::vector<double> align_your_steps(const Knots& knots, const SigmaRange& range, int64_t n) {
  const double first = knot_of(knots, range.sigma_max);
  const double last = static_cast<double>(knots.size() - 1);
  return each(n, [&](int64_t i) {
    return at_knot(knots, first + (last - first) * static_cast<double>(i) / static_cast<double>(n));
  });
}

std::vector<double> align_your_steps_sd1(const SigmaRange& range, int64_t n) {
  return align_your_steps(kSd1Knots, range, n);
}

std::vector<double> align_your_steps_sdxl(const SigmaRange& range, int64_t n) {
  return align_your_steps(kSdxlKnots, range, n);
}

std::vector<double> explicit_sigmas(const SigmaRange& range, int64_t n) {
  return {range.sigmas.begin(), range.sigmas.begin() + n};
}

constexpr auto kModelAliases = std::to_array<std::string_view>({"normal", "discrete", "default"});
constexpr auto kAysAliases = std::to_array<std::string_view>({"ays"});
constexpr auto kAysSdxlAliases = std::to_array<std::string_view>({"ays_sdxl"});

constexpr auto kSchedules = std::to_array<SigmaScheduleInfo>({
    {"model", SigmaRule::model, kModelAliases, "the model's own levels at evenly spaced timesteps", nullptr},
    {"karras", SigmaRule::karras, {}, "Karras et al. 2022, rho 7: many small steps at the end", karras},
    {"exponential", SigmaRule::exponential, {}, "evenly in log sigma", exponential},
    {"beta", SigmaRule::beta, {}, "quantiles of a beta distribution: dense at both ends", beta},
    {"sgm_uniform", SigmaRule::sgm_uniform, {}, "evenly in timesteps, without the last", sgm_uniform},
    {"simple", SigmaRule::simple, {}, "every so many-th training timestep", simple},
    {"kl_optimal", SigmaRule::kl_optimal, {}, "evenly in arctan sigma", kl_optimal},
    {"align_your_steps", SigmaRule::align_your_steps, kAysAliases, "the table optimised for SD 1",
     align_your_steps_sd1},
    {"align_your_steps_sdxl", SigmaRule::align_your_steps_sdxl, kAysSdxlAliases, "the table optimised for SDXL",
     align_your_steps_sdxl},
    {"explicit", SigmaRule::explicit_sigmas, {}, "the levels given with --sigmas", explicit_sigmas},
});

}  // namespace

std::span<const SigmaScheduleInfo> sigma_schedules() {
  return kSchedules;
}

const SigmaScheduleInfo& find_sigma_schedule(std::string_view name) {
  std::string underscored(name);
  std::ranges::replace(underscored, '-', '_');
  for (const SigmaScheduleInfo& schedule : kSchedules) {
    if (schedule.name == underscored || std::ranges::count(schedule.aliases, underscored) != 0) return schedule;
  }
  throw Error(Code::unknown_name, unknown_name_message("schedule", name, names_of_rows(kSchedules)));
}

const SigmaScheduleInfo& sigma_schedule(SigmaRule rule) {
  return *std::ranges::find(kSchedules, rule, &SigmaScheduleInfo::rule);
}

void check_sigmas(const std::vector<double>& sigmas) {
  constexpr size_t kMost = 1001;
  if (sigmas.size() > kMost) throw Error(Code::out_of_range, "sigmas: more than " + std::to_string(kMost) + " entries");
  for (size_t i = 0; i < sigmas.size(); ++i) {
    const std::string where = "sigmas: entry " + std::to_string(i + 1) + " is " + decimal(sigmas[i]) + ", but must be ";
    if (!std::isfinite(sigmas[i])) throw Error(Code::not_a_number, where + "a number");
    if (sigmas[i] < 0.0 || (sigmas[i] == 0.0 && i + 1 != sigmas.size())) {
      throw Error(Code::out_of_range, where + "above 0; only the last may be 0");
    }
    if (i > 0 && sigmas[i] >= sigmas[i - 1]) throw Error(Code::out_of_range, where + "below the one before it");
  }
  if (sigmas.size() < 2) {
    throw Error(Code::out_of_range, "sigmas: one entry; give at least two, where a step begins and where it ends");
  }
}

double timestep_of_sigma(double sigma, std::span<const float> log_sigmas) {
  const double log_sigma = std::log(std::max(sigma, 1e-10));
  const auto above = std::upper_bound(log_sigmas.begin(), log_sigmas.end(), log_sigma,
                                      [](double value, float entry) { return value < entry; });
  const size_t low = static_cast<size_t>(
      std::clamp<ptrdiff_t>(above - log_sigmas.begin() - 1, 0, static_cast<ptrdiff_t>(log_sigmas.size()) - 2));
  // The difference of two float32 entries is rounded to float32 in the reference.
  const double weight =
      std::clamp((log_sigmas[low] - log_sigma) / static_cast<double>(log_sigmas[low] - log_sigmas[low + 1]), 0.0, 1.0);
  return (1.0 - weight) * static_cast<double>(low) + weight * static_cast<double>(low + 1);
}

double sigma_of_timestep(double timestep, std::span<const float> log_sigmas) {
  const double last = static_cast<double>(log_sigmas.size() - 1);
  const double held = std::clamp(timestep, 0.0, last);
  const size_t low = std::min(static_cast<size_t>(held), log_sigmas.size() - 2);
  const double share = held - static_cast<double>(low);
  return std::exp((1.0 - share) * log_sigmas[low] + share * log_sigmas[low + 1]);
}

}  // namespace redraw
