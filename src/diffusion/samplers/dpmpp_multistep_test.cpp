#include <gtest/gtest.h>

#include "diffusion/solver/trajectory_test_support.h"
#include "diffusion/torch_cpu_generator.h"

namespace redraw {
namespace {

TEST(DpmppMultistep, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("dpmpp_2m", 33);
  expect_golden_trajectories("dpmpp_3m", 33);
  expect_golden_trajectories("dpmpp_2m_sde", 33);
}

TEST(DpmppMultistep, LimitsNoticeTheOtherSolverType) {
  const TrajectoryCase c = {.variant = "dpmpp_2m"};
  EXPECT_LT(excess_of(c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(c, [](SamplingPlan& plan) { plan.config.solver_type = SolverType::heun; }), 10.0);
}

TEST(DpmppMultistep, LimitsNoticeTheFullOrderAtTheEndOfAShortRun) {
  const TrajectoryCase c = {.variant = "dpmpp_3m"};
  EXPECT_LT(excess_of(c, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(c, [](SamplingPlan& plan) { plan.config.lower_order_final = false; }), 10.0);
}

TEST(DpmppMultistep, LimitsNoticeTheLowerOrder) {
  const TrajectoryCase plain = {.variant = "dpmpp_3m", .steps = 20, .strength = 0.7};
  const TrajectoryCase stochastic = {.variant = "dpmpp_2m_sde", .steps = 20, .strength = 0.7};
  EXPECT_GT(excess_of(plain, [](SamplingPlan& plan) { plan.sampler = &find_sampler("dpmpp_2m"); }), 10.0);
  EXPECT_GT(excess_of(stochastic, [](SamplingPlan& plan) { plan.sampler = &find_sampler("dpmpp_3m_sde"); }), 10.0);
}

// Printed by DPMSolverMultistepScheduler of diffusers 0.42.1 (sde-dpmsolver++, order 3) on the goldens' network and
// noise, its draws from torch's generator with seed 1234. The goldens have no such sampler.
TEST(DpmppMultistep, FollowsTheReferenceInTheStochasticThirdOrder) {
  TorchCpuGenerator draws(1234);
  expect_first_values("dpmpp_3m_sde", stable_diffusion_config(),
                      {0.730748415, 0.0587836504, 2.64221025, -8.24072266, -2.52403188, 6.49410486}, 5, &draws);
  draws = TorchCpuGenerator(1234);
  expect_first_values("dpmpp_3m_sde", stable_diffusion_config(),
                      {-2.76073384, 8.05160713, -6.15147543, -1.62993908, -3.73870707, -0.990148127}, 20, &draws);
  draws = TorchCpuGenerator(1234);
  expect_first_values("dpmpp_3m_sde", stable_diffusion_config([](SchedulerConfig& c) {
                        c.prediction_type = PredictionType::v_prediction;
                        c.sigma_rule = SigmaRule::karras;
                      }),
                      {-0.713116169, 1.89490306, -1.04048193, -0.111453608, -0.578455091, -0.566229403}, 10, &draws);
}

// The same from a picture: strength 0.4 of 20 steps.
TEST(DpmppMultistep, BeginsInTheMiddleWithNothingToLookBackOn) {
  const SafetensorsFile& file = trajectories_golden();
  const SamplingPlan plan = plan_sampling(find_sampler("dpmpp_3m_sde"), stable_diffusion_config(), 20);
  TorchCpuGenerator draws(1234);
  const Trajectory ours =
      trajectory_of(plan, 0.4, read_golden(file, "noise").floats(), read_golden(file, "x0").floats(), &draws);
  const std::vector<double> reference = {-1.48866999, 0.745691001, -0.0445668995, 0.12781629, -0.275918186, 0.1635589};
  ExpectClose("from a picture", std::span(ours.states.back()).first(6), reference, trajectory_tolerance(reference));
}

// Printed by the class as above.
TEST(DpmppMultistep, FollowsTheFieldsOfTheConfigThatTheGoldensDoNotVary) {
  expect_first_values("dpmpp_2m", stable_diffusion_config([](SchedulerConfig& c) { c.solver_type = SolverType::heun; }),
                      {-5.62967491, -0.300168037, 10.0796251, -5.99420786, -12.0575809, 10.9175367});
  expect_first_values("dpmpp_2m", stable_diffusion_config([](SchedulerConfig& c) { c.use_lu_lambdas = true; }),
                      {-6.54288435, -0.333114386, 10.4374571, -7.37525368, -12.9299126, 10.9723816});
  expect_first_values("dpmpp_2m", stable_diffusion_config([](SchedulerConfig& c) { c.lambda_min_clipped = -1.0; }),
                      {-0.97372514, -0.0555924885, 2.14234161, -0.559147835, -1.85629785, 2.06140113});
  expect_first_values("dpmpp_2m", stable_diffusion_config([](SchedulerConfig& c) {
                        c.lower_order_final = false;
                        c.final_sigmas_type = FinalSigma::sigma_min;
                      }),
                      {-5.48761845, -0.102222145, 10.0785007, -6.44514751, -12.3549881, 11.3919525});
  expect_first_values("dpmpp_2m", stable_diffusion_config([](SchedulerConfig& c) {
                        c.rescale_betas_zero_snr = true;
                        c.timestep_spacing = TimestepSpacing::trailing;
                        c.prediction_type = PredictionType::v_prediction;
                      }),
                      {-0.200821131, -0.0066139251, 0.413172305, -0.136710078, -0.361496508, 0.411933273});
  expect_first_values("dpmpp_2m",
                      stable_diffusion_config([](SchedulerConfig& c) { c.prediction_type = PredictionType::sample; }),
                      {-0.692593575, -0.334777266, 0.794269562, 0.18192108, -0.657427728, 0.63405633});
  TorchCpuGenerator draws(1234);
  expect_first_values("dpmpp_2m_sde",
                      stable_diffusion_config([](SchedulerConfig& c) { c.solver_type = SolverType::heun; }),
                      {1.04385984, 0.16232045, 2.14450216, -7.92640877, -1.72648525, 6.00750828}, 5, &draws);
}

TEST(DpmppMultistep, KeepsTheOrderInRunsOfFifteenStepsAndMore) {
  expect_first_values("dpmpp_3m", stable_diffusion_config(),
                      {-4.41550064, -0.469960153, 9.9322176, -5.30018759, -10.798996, 10.8614464}, 15);
  SchedulerConfig config =
      stable_diffusion_config([](SchedulerConfig& c) { c.final_sigmas_type = FinalSigma::sigma_min; });
  expect_first_values("dpmpp_2m", config, {-4.18264818, -0.48595795, 9.93435574, -5.13470316, -10.4932032, 10.8253508},
                      20);
  config.euler_at_final = true;
  expect_first_values("dpmpp_2m", config, {-4.19426537, -0.474140167, 9.94121552, -5.11877632, -10.4777946, 10.8046322},
                      20);
}

TEST(DpmppMultistep, GoesByItsNameWhateverTheModelsFileSays) {
  SchedulerConfig config = stable_diffusion_config();
  config.algorithm_type = AlgorithmType::sde_dpmsolver_plus_plus;
  config.solver_order = 3;
  config.solver_type = SolverType::bh2;
  const SchedulerConfig adopted = find_sampler("dpmpp_2m").adopt(config);
  EXPECT_EQ(adopted.solver_type, SolverType::midpoint);
  EXPECT_EQ(adopted.timestep_spacing, TimestepSpacing::linspace);
  EXPECT_EQ(adopted.lower_order_final, true);
  EXPECT_EQ(sampler_of_class("DPMSolverMultistepScheduler")->name, "dpmpp_2m");
}

}  // namespace
}  // namespace redraw
