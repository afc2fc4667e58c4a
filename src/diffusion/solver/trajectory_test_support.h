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

/// Opened once: to read this file's header takes longer than to follow a trajectory.
inline const SafetensorsFile& trajectories_golden() {
  static const SafetensorsFile file = golden("samplers/trajectories.safetensors");
  return file;
}

/// m(x, t) = tanh(0.8 x + 0.001 t - 0.3) + 0.1 roll(x, 1, last axis) on [1, 4, 4, 4]; golden/README.md.
inline void fake_network(const NetworkCall& call) {
  const float shift = static_cast<float>(0.001 * call.timestep);
  for (size_t i = 0; i < call.x.size(); ++i) {
    const size_t left = i % 4 == 0 ? i + 3 : i - 1;
    call.output[i] = std::tanh(0.8f * call.x[i] + shift - 0.3f) + 0.1f * call.x[left];
  }
  std::ranges::copy(call.output.first(call.unconditional.size()), call.unconditional.begin());
}

/// The draws that a golden recorded, in the order in which the reference took them.
class RecordedNoise : public NoiseSource {
 public:
  explicit RecordedNoise(std::vector<std::vector<float>> draws) : draws_(std::move(draws)) {}

  void normal(std::span<float> out) override {
    if (taken_ == draws_.size()) {
      ADD_FAILURE() << "more draws than the reference's " << draws_.size();
      std::ranges::fill(out, 0.0f);
      return;
    }
    std::ranges::copy(draws_[taken_++], out.begin());
  }
  size_t left() const { return draws_.size() - taken_; }

 private:
  std::vector<std::vector<float>> draws_;
  size_t taken_ = 0;
};

/// The draws TAG/draw0, TAG/draw1, ... of a golden file.
inline RecordedNoise recorded_noise(const SafetensorsFile& file, const std::string& tag) {
  std::vector<std::vector<float>> draws;
  for (;;) {
    const std::string name = tag + "/draw" + std::to_string(draws.size());
    if (file.find(name) == nullptr) return RecordedNoise(std::move(draws));
    draws.push_back(read_golden(file, name).floats());
  }
}

/// The start, then the latent after each step. The goldens also hold the latent between the two calls of a step of a
/// second-order sampler: `inputs` are what the network was given, call by call.
struct Trajectory {
  std::vector<std::vector<float>> states;
  std::vector<std::vector<float>> inputs;
};

/// strength 0: from pure noise.
inline Trajectory trajectory_of(const SamplingPlan& plan, double strength, const std::vector<float>& noise,
                                const std::vector<float>& original, NoiseSource* draws = nullptr) {
  // The step count that the reference takes the share of: PNDM's table has one entry more.
  const int64_t steps = plan.table.steps() - plan.table.repeated_entries;
  const int64_t begin = strength == 0.0 ? 0 : plan_strength(steps, strength).begin;
  std::vector<float> latent(noise.size());
  if (strength == 0.0) {
    start_from_noise(plan.table, noise, latent);
  } else {
    add_noise(plan.table, begin, original, noise, latent);
  }
  Trajectory trajectory{.states = {latent}, .inputs = {}};
  bool is_last = false;
  SamplerRun run;
  run.begin = begin;
  run.denoise = [&](const NetworkCall& call) {
    trajectory.inputs.emplace_back(call.x.begin(), call.x.end());
    fake_network(call);
  };
  run.on_step = [&](const StepInfo& info) {
    EXPECT_EQ(info.index + 1, std::ssize(trajectory.states));
    if (!plan.sampler->chooses_its_levels) {
      EXPECT_EQ(info.count, plan.table.steps() - begin);
    }
    EXPECT_LT(info.index, info.count);
    is_last = info.index + 1 == info.count;
    trajectory.states.emplace_back(info.latent.begin(), info.latent.end());
    return true;
  };
  run.noise = draws;
  EXPECT_TRUE(run_sampler(plan, run, latent));
  EXPECT_EQ(latent, trajectory.states.back());
  EXPECT_TRUE(is_last) << "the run ended before the last of the steps that it counted";
  const int64_t calls = std::ssize(trajectory.inputs);
  EXPECT_EQ(network_calls(plan, begin, plan.table.steps()).value_or(calls), calls);
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
  double strength = 0.0;  ///< 0: txt2img

  std::string tag() const {
    std::string strength_text = std::to_string(strength);
    strength_text.erase(strength_text.find_last_not_of('0') + 1);
    return variant + "/" + std::string(name_of(prediction)) + "/" + std::to_string(steps) +
           (strength == 0.0 ? "/txt2img" : "/img2img" + strength_text);
  }
};

/// Every case of one sampler that the goldens hold, read off their names.
inline std::vector<TrajectoryCase> trajectory_cases(const SafetensorsFile& file, std::string_view sampler) {
  std::vector<TrajectoryCase> cases;
  for (const std::string& variant : golden_variants(sampler)) {
    for (PredictionType prediction : {PredictionType::epsilon, PredictionType::v_prediction}) {
      for (int64_t steps : {10, 20}) {
        for (double strength : {0.0, 0.4, 0.7}) {
          const TrajectoryCase c{variant, prediction, steps, strength};
          if (file.find(c.tag() + "/start") != nullptr) cases.push_back(c);
        }
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
  RecordedNoise draws = recorded_noise(file, c.tag());
  Trajectory trajectory =
      trajectory_of(plan, c.strength, read_golden(file, "noise").floats(), read_golden(file, "x0").floats(), &draws);
  EXPECT_EQ(draws.left(), 0u) << c.tag() << ": draws that the reference takes and ours does not";
  return trajectory;
}

/// Of a golden state between the two calls of a step we have the network's input, which is that state over
/// sqrt(sigma^2 + 1): brought to the state's length, it must be the state.
inline std::vector<float> scaled_like(const std::vector<float>& input, const std::vector<double>& reference) {
  double own = 0.0;
  double both = 0.0;
  for (size_t i = 0; i < input.size(); ++i) {
    own += input[i] * input[i];
    both += input[i] * reference[i];
  }
  std::vector<float> result = input;
  for (float& x : result) x *= static_cast<float>(both / own);
  return result;
}

/// Every state of a case against the golden; also that the golden has no more states.
inline void expect_golden_trajectory(const SafetensorsFile& file, const TrajectoryCase& c) {
  const Trajectory ours = run_case(file, c);
  const int64_t calls_per_step = find_sampler(c.variant.substr(0, c.variant.find('+'))).calls_per_step;
  const size_t golden_states = ours.inputs.size() + 1;
  EXPECT_EQ(file.find(c.tag() + "/x" + std::to_string(golden_states)), nullptr) << c.tag() << " has more steps";
  for (size_t i = 0; i < golden_states; ++i) {
    const std::string name = c.tag() + (i == 0 ? "/start" : "/x" + std::to_string(i));
    const std::vector<double> reference = read_golden(file, name).values;
    const bool is_between = calls_per_step == 2 && i % 2 == 1 && i + 1 < golden_states;
    const std::vector<float> state = is_between            ? scaled_like(ours.inputs[i], reference)
                                     : calls_per_step == 2 ? ours.states[(i + 1) / 2]
                                                           : ours.states[i];
    ExpectClose(name, state, reference, trajectory_tolerance(reference));
  }
}

inline void expect_golden_trajectories(std::string_view sampler, size_t case_count) {
  const SafetensorsFile& file = trajectories_golden();
  const std::vector<TrajectoryCase> cases = trajectory_cases(file, sampler);
  EXPECT_EQ(cases.size(), case_count);
  for (const TrajectoryCase& c : cases) expect_golden_trajectory(file, c);
}

/// By how much the last state of a case, spoilt by `change`, misses its limit: the larger of the two quotients.
inline double excess_of(const TrajectoryCase& c, const std::function<void(SamplingPlan&)>& change) {
  const SafetensorsFile& file = trajectories_golden();
  const Trajectory ours = run_case(file, c, change);
  const std::vector<double> reference = read_golden(file, c.tag() + "/x" + std::to_string(ours.inputs.size())).values;
  const Tolerance tolerance = trajectory_tolerance(reference);
  const Difference d = compare(ours.states.back(), reference);
  return std::max(d.max_abs / tolerance.max_abs, d.rms_relative / tolerance.rms_relative);
}

/// The first values of the last state, for settings that the goldens do not have and the reference printed: the start
/// is the goldens' noise.
inline void expect_first_values(std::string_view sampler, const SchedulerConfig& config,
                                const std::vector<double>& reference, int64_t steps = 5, NoiseSource* draws = nullptr) {
  const SafetensorsFile& file = trajectories_golden();
  const SamplingPlan plan = plan_sampling(find_sampler(sampler), config, steps);
  const Trajectory ours =
      trajectory_of(plan, 0.0, read_golden(file, "noise").floats(), read_golden(file, "x0").floats(), draws);
  ExpectClose(sampler, std::span(ours.states.back()).first(reference.size()), reference,
              trajectory_tolerance(reference));
}

}  // namespace redraw
