// Test side: the goldens of k-diffusion's own samplers. They hold x before every step and the result, on six schedules,
// of which three are redraw's; the others are run by their levels. make_kdiffusion.py.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {

/// Opened once, as trajectories_golden() is.
inline const SafetensorsFile& k_diffusion_golden() {
  static const SafetensorsFile file = golden("samplers/k_diffusion.safetensors");
  return file;
}

struct KCase {
  std::string kind;      ///< the golden's name of the sampler: "euler_ancestral"
  std::string schedule;  ///< "karras"
  PredictionType prediction = PredictionType::epsilon;
  double strength = 0.0;  ///< 0: txt2img

  std::string tag() const {
    return kind + "/" + schedule + "/" + std::string(name_of(prediction)) + "/10/" +
           (strength == 0.0 ? "txt2img" : "img2img0.7");
  }
};

inline std::vector<KCase> k_cases(const std::string& kind) {
  std::vector<KCase> cases;
  for (const char* schedule : {"model", "karras", "exponential", "karras_0.1_10", "polyexponential", "vp"}) {
    for (PredictionType prediction : {PredictionType::epsilon, PredictionType::v_prediction}) {
      for (double strength : {0.0, 0.7}) cases.push_back({kind, schedule, prediction, strength});
    }
  }
  return cases;
}

inline bool is_our_schedule(const KCase& c) {
  return c.schedule == "model" || c.schedule == "karras" || c.schedule == "exponential";
}

/// The plan of a case: of ten steps on a schedule of ours, else of the levels that the golden's run visits.
inline SamplingPlan k_plan(const SafetensorsFile& file, std::string_view sampler, const KCase& c) {
  SchedulerConfig config = stable_diffusion_config();
  config.prediction_type = c.prediction;
  if (is_our_schedule(c)) {
    config.sigma_rule = find_sigma_schedule(c.schedule).rule;
    return plan_sampling(find_sampler(sampler), config, 10);
  }
  config.sigma_rule = SigmaRule::explicit_sigmas;
  config.sigmas = read_golden(file, c.tag() + "/sigmas").values;
  return plan_sampling(find_sampler(sampler), config, std::ssize(config.sigmas) - 1);
}

/// Ours for a case; `change` may spoil the plan first, to see that the limits notice.
inline Trajectory run_k_case(const SafetensorsFile& file, std::string_view sampler, const KCase& c,
                             const std::function<void(SamplingPlan&)>& change = nullptr) {
  SamplingPlan plan = k_plan(file, sampler, c);
  if (change) change(plan);
  RecordedNoise draws = recorded_noise(file, c.tag());
  // Levels that are given begin where the run does.
  const double strength = is_our_schedule(c) || c.strength == 0.0 ? c.strength : 1.0;
  const SafetensorsFile& network = trajectories_golden();  // noise and x0 are the same
  Trajectory trajectory = trajectory_of(plan, strength, read_golden(network, "noise").floats(),
                                        read_golden(network, "x0").floats(), &draws);
  if (!change) {
    EXPECT_EQ(draws.left(), 0u) << c.tag() << ": draws that the reference takes and ours does not";
  }
  return trajectory;
}

inline void expect_k_levels(const SafetensorsFile& file, std::string_view sampler, const KCase& c) {
  const std::vector<double> reference = read_golden(file, c.tag() + "/sigmas").values;
  const std::vector<double> ours = k_plan(file, sampler, c).table.sigmas;
  ASSERT_GE(ours.size(), reference.size());
  for (size_t i = 0; i < reference.size(); ++i) {
    EXPECT_NEAR(ours[ours.size() - reference.size() + i], reference[i], 1e-6 * reference[i]) << c.tag() << " " << i;
  }
}

inline void expect_k_trajectory(const SafetensorsFile& file, const KCase& c, const Trajectory& ours) {
  const size_t steps = ours.states.size() - 1;
  EXPECT_EQ(file.find(c.tag() + "/x" + std::to_string(steps)), nullptr) << c.tag() << " has more steps";
  for (size_t i = 0; i <= steps; ++i) {
    const std::string name = c.tag() + (i == steps ? "/out" : "/x" + std::to_string(i));
    const std::vector<double> reference = read_golden(file, name).values;
    ExpectClose(name, ours.states[i], reference, trajectory_tolerance(reference));
  }
}

/// Levels and every state of the 24 cases of a sampler that the goldens call `kind`. On the schedule given_levels the
/// states are those that follow from the golden's levels; the others are run on ours.
inline void expect_k_trajectories(std::string_view sampler, const std::string& kind,
                                  std::string_view given_levels = "") {
  const SafetensorsFile& file = k_diffusion_golden();
  for (const KCase& c : k_cases(kind)) {
    expect_k_levels(file, sampler, c);
    const std::vector<double> reference = read_golden(file, c.tag() + "/sigmas").values;
    const auto give_levels = [&](SamplingPlan& plan) {
      std::ranges::copy(reference, plan.table.sigmas.end() - std::ssize(reference));
    };
    expect_k_trajectory(
        file, c, c.schedule == given_levels ? run_k_case(file, sampler, c, give_levels) : run_k_case(file, sampler, c));
  }
}

/// By how much the last state of a case, spoilt by `change`, misses its limit: the larger of the two quotients.
inline double k_excess_of(std::string_view sampler, const KCase& c, const std::function<void(SamplingPlan&)>& change) {
  const SafetensorsFile& file = k_diffusion_golden();
  const std::vector<double> reference = read_golden(file, c.tag() + "/out").values;
  const Tolerance tolerance = trajectory_tolerance(reference);
  const Difference d = compare(run_k_case(file, sampler, c, change).states.back(), reference);
  return std::max(d.max_abs / tolerance.max_abs, d.rms_relative / tolerance.rms_relative);
}

/// Ours for the samplers of whose runs the goldens hold the result alone: from the noise, ten steps' worth, over the
/// whole model.
inline std::vector<float> k_result(std::string_view sampler, PredictionType prediction,
                                   const std::function<void(SamplingPlan&)>& change = nullptr) {
  SchedulerConfig config = stable_diffusion_config();
  config.prediction_type = prediction;
  SamplingPlan plan = plan_sampling(find_sampler(sampler), config, 10);
  if (change) change(plan);
  const SafetensorsFile& network = trajectories_golden();
  return trajectory_of(plan, 0.0, read_golden(network, "noise").floats(), read_golden(network, "x0").floats())
      .states.back();
}

inline void expect_k_result(const std::string& sampler, PredictionType prediction) {
  const std::string name = sampler + "/" + std::string(name_of(prediction)) + "/out";
  const std::vector<double> reference = read_golden(k_diffusion_golden(), name).values;
  ExpectClose(name, k_result(sampler, prediction), reference, trajectory_tolerance(reference));
}

/// As k_excess_of, of the epsilon run.
inline double k_result_excess(const std::string& sampler, const std::function<void(SamplingPlan&)>& change) {
  const std::vector<double> reference = read_golden(k_diffusion_golden(), sampler + "/epsilon/out").values;
  const Tolerance tolerance = trajectory_tolerance(reference);
  const Difference d = compare(k_result(sampler, PredictionType::epsilon, change), reference);
  return std::max(d.max_abs / tolerance.max_abs, d.rms_relative / tolerance.rms_relative);
}

/// The intervals (sigma, sigma_next) whose noise a run of the whole plan asks for, in order.
inline std::vector<std::pair<double, double>> intervals_of(const SamplingPlan& plan) {
  std::vector<std::pair<double, double>> intervals;
  std::vector<float> latent(64, 1.0f);
  SamplerRun run;
  run.denoise = fake_network;
  run.interval_noise = [&](double sigma, double sigma_next, std::span<float> out) {
    intervals.emplace_back(sigma, sigma_next);
    std::ranges::fill(out, 0.5f);
  };
  EXPECT_TRUE(run_sampler(plan, run, latent));
  return intervals;
}

}  // namespace redraw
