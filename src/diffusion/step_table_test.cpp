#include "diffusion/step_table.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "diffusion/sampler.h"
#include "diffusion/test_support.h"
#include "support/golden.h"

namespace redraw {
namespace {

constexpr int64_t kStepCounts[] = {1, 2, 3, 4, 5, 8, 10, 20, 29, 30, 50, 100};

std::string sampler_of(const std::string& variant) {
  return variant.substr(0, variant.find('+'));
}

SamplingPlan plan_of(const std::string& variant, int64_t steps) {
  return plan_sampling(find_sampler(sampler_of(variant)), golden_config(variant), steps);
}

// docs/testing.md: 1e-6 relative element by element, 1e-7 rms. In a table of a few entries one wrong last bit is
// more than that already, and the reference's square roots (Intel's MKL) are such a bit off here and there: there the
// rms limit is that bit, 2^-23. Values below `floor` are held to 1e-6 of that.
void expect_relative(const std::string& name, const std::vector<double>& ours, const std::vector<double>& reference,
                     double floor, double rms = 0.0) {
  const std::vector<float> floats(ours.begin(), ours.end());
  if (rms == 0.0) rms = reference.size() < 10 ? 0x1p-23 : 1e-7;
  ExpectClose(name, floats, reference, {.rms_relative = rms});
  for (size_t i = 0; i < std::min(ours.size(), reference.size()); ++i) {
    EXPECT_NEAR(ours[i], reference[i], 1e-6 * std::max(floor, std::abs(reference[i]))) << name << " [" << i << "]";
  }
}

// The reference lists every call of a step of two calls: a, b, b, c, c, ... or a, between, b, between, c, ...
std::vector<double> first_of_each_step(const SamplerInfo& sampler, const std::vector<double>& values, int64_t count) {
  if (sampler.calls_per_step == 1) return values;
  std::vector<double> firsts;
  for (int64_t i = 0; i < count; ++i) {
    firsts.push_back(values.at(static_cast<size_t>(std::min(2 * i, std::ssize(values) - 1))));
  }
  return firsts;
}

// A timestep that comes from a noise level by way of its float32 logarithm is off by some 2e-7 of a timestep, however
// small it is.
constexpr double kTimestepFloor = 1.0;
constexpr double kSigmaFloor = 0.0;

TEST(StepTable, IsTheReferencesForEveryVariantAndStepCount) {
  const SafetensorsFile file = golden("schedules/schedules.safetensors");
  int64_t compared = 0;
  for (const SamplerInfo* sampler : samplers()) {
    for (const std::string& variant : golden_variants(sampler->name)) {
      for (int64_t steps : kStepCounts) {
        const std::string name = variant + "/" + std::to_string(steps);
        if (file.find(name + "/timesteps") == nullptr) continue;
        ++compared;
        const StepTable table = plan_of(variant, steps).table;
        const std::vector<double> timesteps =
            first_of_each_step(*sampler, read_golden(file, name + "/timesteps").values, table.steps());
        if (std::ranges::all_of(timesteps, [](double t) { return t == std::floor(t); })) {
          EXPECT_EQ(table.timesteps, timesteps) << name;
        } else if (std::ranges::all_of(timesteps, [](double t) { return t == 0.0; })) {
          for (double t : table.timesteps)
            EXPECT_NEAR(t, 0.0, 1e-6) << name;  // one linspace step: no rms to compare with
        } else {
          // iPNDM's own process goes through torch's vectorised sine, a last bit off the C library's, which its
          // arctangent doubles: there the rms limit is two such bits.
          const double rms = sampler->name == "ipndm" ? 0x1p-22 : 0.0;
          expect_relative(name + "/timesteps", table.timesteps, timesteps, kTimestepFloor, rms);
        }
        if (file.find(name + "/sigmas") != nullptr) {
          const std::vector<double> sigmas =
              first_of_each_step(*sampler, read_golden(file, name + "/sigmas").values, table.steps() + 1);
          expect_relative(name + "/sigmas", table.sigmas, sigmas, kSigmaFloor);
        }
        const double init_noise_sigma = read_golden(file, name + "/init_noise_sigma").values.at(0);
        EXPECT_NEAR(table.init_noise_sigma, init_noise_sigma, 1e-6 * init_noise_sigma) << name;
      }
    }
  }
  EXPECT_GE(compared, 12 * std::ssize(samplers()) / 2) << "variants of the goldens";
}

TEST(SpacedTimesteps, AreTheReferencesForEveryStepCount) {
  // Sums over all tables of 1 to 1000 steps of 1000 timesteps, computed with numpy 2.4.6 by the reference's expressions
  // (and the trailing ones cut to n entries): checksum = (31 * checksum + timestep + n) mod 1000003. They notice the
  // side to which a value near one half falls, which numpy.arange decides by its own rounding of the step (n = 48).
  const auto checksum = [](TimestepSpacing spacing, int64_t steps_offset) {
    int64_t sum = 0;
    for (int64_t n = 1; n <= 1000; ++n) {
      for (double t : spaced_timesteps(spacing, 1000, n, steps_offset)) {
        sum = (31 * sum + static_cast<int64_t>(std::nearbyint(t)) + n) % 1000003;
      }
    }
    return sum;
  };
  EXPECT_EQ(checksum(TimestepSpacing::trailing, 0), 820443);
  EXPECT_EQ(checksum(TimestepSpacing::linspace, 0), 651473);
  EXPECT_EQ(checksum(TimestepSpacing::leading, 1), 299592);
}

TEST(StepTable, HoldsAsManyEntriesOfEachKindAsItPromises) {
  for (const std::string variant : {"ddim", "ddim+linspace", "euler", "euler+trailing", "lms+leading", "lms+karras"}) {
    for (int64_t steps : {1, 7, 61, 103, 121, 488, 998}) {
      const StepTable table = plan_of(variant, steps).table;
      EXPECT_EQ(table.steps(), steps) << variant;
      EXPECT_EQ(std::ssize(table.sigmas), steps + 1) << variant;
      EXPECT_EQ(std::ssize(table.signal_scales), steps) << variant;
      EXPECT_EQ(std::ssize(table.noise_scales), steps) << variant;
      EXPECT_TRUE(std::ranges::is_sorted(table.sigmas, std::greater<>())) << variant << " " << steps;
      // Where numpy.arange gives the reference an extra timestep of -1 (61, 103, 121 and 488 steps), there is none
      // here.
      EXPECT_GE(std::ranges::min(table.timesteps), 0.0) << variant << " " << steps;
    }
  }
}

// Printed by EulerDiscreteScheduler of diffusers 0.42.1 with the SD betas, 4 steps; the goldens have no such variant.
struct EulerCase {
  const char* name;
  void (*change)(SchedulerConfig& config);
  std::vector<double> timesteps, sigmas;
  double init_noise_sigma;
};

TEST(StepTable, FollowsTheRarerFieldsOfTheEulerConfig) {
  const EulerCase cases[] = {
      {"zero SNR",
       [](SchedulerConfig& c) {
         c.rescale_betas_zero_snr = true;
         c.timestep_spacing = TimestepSpacing::trailing;
       },
       {999, 749, 499, 249},
       {4096.0, 5.39874077, 1.76808107, 0.727056086, 0.0},
       4096.0},
      {"zero SNR, Karras",
       [](SchedulerConfig& c) {
         c.rescale_betas_zero_snr = true;
         c.sigma_rule = SigmaRule::karras;
       },
       {999, 993.963928, 892.436951, 0},
       {4096.0, 443.792328, 16.7801228, 0.0291675348, 0.0},
       4096.0},
      {"log-linear interpolation",
       [](SchedulerConfig& c) { c.interpolation_type = SigmaInterpolation::log_linear; },
       {999, 666, 333, 0},
       {14.6146469, 3.08898759, 0.652896106, 0.137997717, 0.0291675366},
       14.6146469},
      {"log-linear interpolation, Karras",
       [](SchedulerConfig& c) {
         c.interpolation_type = SigmaInterpolation::log_linear;
         c.sigma_rule = SigmaRule::karras;
       },
       {999, 687.153259, 145.939056, 4.6820869e-08},
       {14.6146469, 3.16861105, 0.446920931, 0.0291675366, 0.0},
       14.6146469},
      {"final sigma",
       [](SchedulerConfig& c) { c.final_sigmas_type = FinalSigma::sigma_min; },
       {999, 666, 333, 0},
       {14.6146469, 2.9183085, 0.932358384, 0.0291675348, 0.0291675348},
       14.6146469},
      {"steps offset",
       [](SchedulerConfig& c) {
         c.timestep_spacing = TimestepSpacing::leading;
         c.steps_offset = 1;
       },
       {751, 501, 251, 1},
       {4.11669827, 1.62369299, 0.69839859, 0.041314479, 0.0},
       4.23641396},
  };
  for (const EulerCase& c : cases) {
    SchedulerConfig config = stable_diffusion_config();
    c.change(config);
    const StepTable table = plan_sampling(find_sampler("euler"), config, 4).table;
    expect_relative(std::string(c.name) + " timesteps", table.timesteps, c.timesteps, kTimestepFloor);
    expect_relative(std::string(c.name) + " sigmas", table.sigmas, c.sigmas, kSigmaFloor);
    EXPECT_NEAR(table.init_noise_sigma, c.init_noise_sigma, 1e-6 * c.init_noise_sigma) << c.name;
  }
}

TEST(StepTable, AgreesWithTheWorkedNoiseLevelsOfTheSemanticsPage) {
  // reference/img2img-semantics.md A.4: start of img2img on SD1. Given there to four decimals.
  struct Row {
    int64_t steps, run;
    double ddim_timestep, karras_sigma;
  };
  constexpr Row kRows[] = {{10, 7, 601, 3.1686}, {10, 4, 301, 0.4469}, {50, 20, 381, 0.6403}};
  for (const Row& row : kRows) {
    const size_t begin = static_cast<size_t>(row.steps - row.run);
    EXPECT_EQ(plan_of("ddim", row.steps).table.timesteps[begin], row.ddim_timestep);
    EXPECT_NEAR(plan_of("lms+karras", row.steps).table.sigmas[begin], row.karras_sigma, 1e-4);
  }
  EXPECT_NEAR(plan_of("lms", 30).table.sigmas[9], 3.1913, 1e-4);
  EXPECT_NEAR(plan_of("lms", 29).table.sigmas[9], 3.0557, 1e-4);
}

TEST(StepTable, FindsTheTimestepOfANoiseLevelAndHoldsItAtBothEnds) {
  const std::vector<float> log_sigmas = {-2.0f, -1.0f, 0.0f, 1.0f};
  EXPECT_DOUBLE_EQ(timestep_of_sigma(1.0, log_sigmas), 2.0);
  EXPECT_NEAR(timestep_of_sigma(std::exp(-1.25), log_sigmas), 0.75, 1e-12);
  EXPECT_DOUBLE_EQ(timestep_of_sigma(1e-300, log_sigmas), 0.0);
  EXPECT_DOUBLE_EQ(timestep_of_sigma(1e9, log_sigmas), 3.0);
}

}  // namespace
}  // namespace redraw
