// Test side: runs a sampler on the goldens' fixed fake network and compares the whole trajectory.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "diffusion/sampler.h"
#include "diffusion/strength.h"
#include "diffusion/test_support.h"
#include "support/golden.h"

namespace redraw {

/// m(x, t) = tanh(0.8 x + 0.001 t - 0.3) + 0.1 roll(x, 1, last axis) on [1, 4, 4, 4]; golden/README.md.
inline void fake_network(std::span<const float> x, double timestep, std::span<float> output) {
  const float shift = static_cast<float>(0.001 * timestep);
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t left = i % 4 == 0 ? i + 3 : i - 1;
    output[i] = std::tanh(0.8f * x[i] + shift - 0.3f) + 0.1f * x[left];
  }
}

/// The start, then the latent after each step.
using Trajectory = std::vector<std::vector<float>>;

/// strength 0: from pure noise.
inline Trajectory trajectory_of(const SamplingPlan& plan, double strength, const std::vector<float>& noise,
                                const std::vector<float>& original) {
  const int64_t begin = strength == 0.0 ? 0 : plan_strength(plan.table.steps(), strength).begin;
  std::vector<float> latent(noise.size());
  if (strength == 0.0) {
    start_from_noise(plan.table, noise, latent);
  } else {
    add_noise(plan.table, begin, original, noise, latent);
  }
  Trajectory trajectory = {latent};
  SamplerRun run;
  run.begin = begin;
  run.denoise = fake_network;
  run.on_step = [&](const StepInfo& info) {
    EXPECT_EQ(info.index + 1, std::ssize(trajectory));
    EXPECT_EQ(info.count, plan.table.steps() - begin);
    trajectory.emplace_back(info.latent.begin(), info.latent.end());
    return true;
  };
  EXPECT_TRUE(run_sampler(plan, run, latent));
  EXPECT_EQ(latent, trajectory.back());
  return trajectory;
}

/// Limits of docs/testing.md for a full loop with a fixed fake denoiser: 1e-5 x max|x| and 1e-6 rms.
inline Tolerance trajectory_tolerance(const std::vector<double>& reference) {
  double largest = 0.0;
  for (double value : reference) largest = std::max(largest, std::abs(value));
  return {.max_abs = 1e-5 * largest, .rms_relative = 1e-6};
}

struct TrajectoryCase {
  std::string variant;  ///< "euler+karras"
  PredictionType prediction = PredictionType::epsilon;
  int64_t steps = 10;
  double strength = 0.0;

  std::string tag() const {
    return variant + "/" + std::string(name_of(prediction)) + "/" + std::to_string(steps) +
           (strength == 0.0   ? "/txt2img"
            : strength == 0.4 ? "/img2img0.4"
                              : "/img2img0.7");
  }
};

/// The cases that the goldens hold of one sampler (make_samplers.py, main).
inline std::vector<TrajectoryCase> trajectory_cases(std::string_view sampler) {
  std::vector<TrajectoryCase> cases;
  for (const std::string& variant : golden_variants()) {
    if (!variant.starts_with(sampler)) continue;
    const bool plain = variant == sampler;
    for (PredictionType prediction : {PredictionType::epsilon, PredictionType::v_prediction}) {
      if (prediction != PredictionType::epsilon && !plain && !variant.ends_with("+karras")) continue;
      for (int64_t steps : {10, 20}) {
        if (steps == 20 && !plain) continue;
        for (double strength : {0.0, 0.4, 0.7}) cases.push_back({variant, prediction, steps, strength});
      }
    }
  }
  return cases;
}

/// Ours for a case; `change` may spoil the plan first, to see that the limits notice.
inline Trajectory run_case(const SafetensorsFile& file, const TrajectoryCase& c,
                           const std::function<void(SamplingPlan&)>& change = nullptr) {
  SchedulerConfig config = golden_config(c.variant);
  config.prediction_type = c.prediction;
  SamplingPlan plan = plan_sampling(find_sampler(c.variant.substr(0, c.variant.find('+'))), config, c.steps);
  if (change) change(plan);
  return trajectory_of(plan, c.strength, read_golden(file, "noise").floats(), read_golden(file, "x0").floats());
}

inline std::string state_name(const TrajectoryCase& c, size_t i) {
  return c.tag() + (i == 0 ? "/start" : "/x" + std::to_string(i));
}

/// Every state of every case of the sampler against the golden; also that the golden has no more states.
inline void expect_golden_trajectories(std::string_view sampler, size_t case_count) {
  const SafetensorsFile file = golden("samplers/trajectories.safetensors");
  const std::vector<TrajectoryCase> cases = trajectory_cases(sampler);
  EXPECT_EQ(cases.size(), case_count);
  double worst = 0.0;
  double worst_rms = 0.0;
  for (const TrajectoryCase& c : cases) {
    const Trajectory ours = run_case(file, c);
    EXPECT_EQ(file.find(state_name(c, ours.size())), nullptr) << c.tag() << " has more steps than ours";
    for (size_t i = 0; i < ours.size(); ++i) {
      const std::vector<double> reference = read_golden(file, state_name(c, i)).values;
      const Tolerance tolerance = trajectory_tolerance(reference);
      const Difference d = ExpectClose(state_name(c, i), ours[i], reference, tolerance);
      worst = std::max(worst, d.max_abs / tolerance.max_abs * 1e-5);
      worst_rms = std::max(worst_rms, d.rms_relative);
    }
  }
  ::testing::Test::RecordProperty("worst_max_abs_over_max", std::to_string(worst * 1e9) + "e-9");
  ::testing::Test::RecordProperty("worst_rms", std::to_string(worst_rms * 1e9) + "e-9");
}

/// By how much the last state of a case, spoilt by `change`, misses its limit: the larger of the two quotients.
inline double excess_of(const TrajectoryCase& c, const std::function<void(SamplingPlan&)>& change) {
  const SafetensorsFile file = golden("samplers/trajectories.safetensors");
  const Trajectory ours = run_case(file, c, change);
  const std::vector<double> reference = read_golden(file, state_name(c, ours.size() - 1)).values;
  const Tolerance tolerance = trajectory_tolerance(reference);
  const Difference d = compare(ours.back(), reference);
  return std::max(d.max_abs / tolerance.max_abs, d.rms_relative / tolerance.rms_relative);
}

/// The first values of the last state, for settings that the goldens do not have and the reference printed: the start
/// is the goldens' noise, 5 steps.
inline void expect_first_values(std::string_view sampler, const SchedulerConfig& config,
                                const std::vector<double>& reference) {
  const SafetensorsFile file = golden("samplers/trajectories.safetensors");
  const SamplingPlan plan = plan_sampling(find_sampler(sampler), config, 5);
  const Trajectory ours =
      trajectory_of(plan, 0.0, read_golden(file, "noise").floats(), read_golden(file, "x0").floats());
  ExpectClose(sampler, std::span(ours.back()).first(reference.size()), reference, trajectory_tolerance(reference));
}

}  // namespace redraw
