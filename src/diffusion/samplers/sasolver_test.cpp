#include <gtest/gtest.h>

#include "diffusion/solver/trajectory_test_support.h"
#include "diffusion/torch_cpu_generator.h"

namespace redraw {
namespace {

const TrajectoryCase kSasolverCase = {.variant = "sasolver", .steps = 10, .strength = 0.7};

TEST(Sasolver, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("sasolver", 21);
}

TEST(Sasolver, LimitsNoticeTheOtherOrders) {
  EXPECT_LT(excess_of(kSasolverCase, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(kSasolverCase, [](SamplingPlan& plan) { plan.config.predictor_order = 1; }), 10.0);
  EXPECT_GT(excess_of(kSasolverCase, [](SamplingPlan& plan) { plan.config.corrector_order = 1; }), 10.0);
}

// Zeros, but for one draw.
class OneDraw : public NoiseSource {
 public:
  explicit OneDraw(int64_t which) : left_(which) {}
  void normal(std::span<float> out) override { std::ranges::fill(out, left_-- == 0 ? 1.0f : 0.0f); }

 private:
  int64_t left_;
};

TEST(Sasolver, AddsNoiseInTheStepsFromTimestep800To200) {
  const SamplingPlan plan = plan_sampling(find_sampler("sasolver"), stable_diffusion_config(), 10);
  ASSERT_EQ(plan.table.timesteps, (std::vector<double>{999, 899, 799, 699, 599, 500, 400, 300, 200, 100}));
  const auto result_with = [&](int64_t which) {
    OneDraw draws(which);
    std::vector<float> latent(64, 1.0f);
    SamplerRun run{.denoise = fake_network, .noise = &draws};
    EXPECT_TRUE(run_sampler(plan, run, latent));
    return latent;
  };
  const std::vector<float> without = result_with(-1);
  for (int64_t i = 0; i < 10; ++i) EXPECT_EQ(result_with(i) != without, i >= 2 && i <= 8) << i;
}

// Printed by SASolverScheduler of diffusers 0.42.1 on the goldens' network and noise, its draws from torch's generator
// with seed 1234.
TEST(Sasolver, FollowsTheFieldsOfTheConfigThatTheGoldensDoNotVary) {
  const auto expect = [](const std::function<void(SchedulerConfig&)>& change, const std::vector<double>& values,
                         int64_t steps = 5) {
    TorchCpuGenerator draws(1234);
    expect_first_values("sasolver", stable_diffusion_config(change), values, steps, &draws);
  };
  expect([](SchedulerConfig&) {}, {1.31284618, 1.59295273, 2.69322991, 1.2113986, -1.11113393, 3.89195991});
  expect(
      [](SchedulerConfig& c) {
        c.predictor_order = 3;
        c.corrector_order = 3;
      },
      {0.517137945, 0.469674081, 3.02497244, 0.381491125, -2.29122758, 4.00470161});
  expect(
      [](SchedulerConfig& c) {
        c.predictor_order = 1;
        c.corrector_order = 4;
      },
      {-5.64322472, 0.201281726, 5.74290371, -2.03992629, -7.18665075, 10.2083292}, 6);
  expect([](SchedulerConfig& c) { c.algorithm_type = AlgorithmType::noise_prediction; },
         {-3.27765203, 0.76307714, 0.87796098, -1.59138417, -1.87746859, 2.54793334});
  expect([](SchedulerConfig& c) { c.lower_order_final = false; },
         {8.79787445, 2.82776523, -37.5028877, 26.3788929, 46.983757, -14.6551313});
  expect([](SchedulerConfig& c) { c.prediction_type = PredictionType::sample; },
         {0.146774769, 0.383375108, -0.602002442, 0.71175158, 0.748582184, 0.414416015});
}

TEST(Sasolver, NoisesAPictureByTheWholeTimestepOfAKarrasLevel) {
  SchedulerConfig config = stable_diffusion_config();
  config.sigma_rule = SigmaRule::karras;
  const SamplingPlan plan = plan_sampling(find_sampler("sa_solver"), config, 10);
  const auto timestep = static_cast<size_t>(plan.table.timesteps[4]);
  EXPECT_EQ(plan.table.signal_scales[4], std::sqrt(plan.schedule.alphas_cumprod[timestep]));
  EXPECT_NE(plan.table.noise_scales[4] / plan.table.signal_scales[4], static_cast<float>(plan.table.sigmas[4]));
}

TEST(Sasolver, ReadsTheAlgorithmsOfOtherClassesAsItsOwn) {
  SchedulerConfig config = stable_diffusion_config();
  config.algorithm_type = AlgorithmType::dpmsolver_plus_plus;
  EXPECT_EQ(find_sampler("sasolver").adopt(config).algorithm_type, AlgorithmType::data_prediction);
}

}  // namespace
}  // namespace redraw
