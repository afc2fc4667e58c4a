#include <gtest/gtest.h>

#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {
namespace {

const TrajectoryCase kUnipcCase = {.variant = "unipc", .steps = 10, .strength = 0.7};

TEST(Unipc, FollowsEveryGoldenTrajectory) {
  expect_golden_trajectories("unipc", 33);
}

TEST(Unipc, LimitsNoticeOneStepThatIsNotCorrected) {
  EXPECT_LT(excess_of(kUnipcCase, [](SamplingPlan&) {}), 1.0);
  EXPECT_GT(excess_of(kUnipcCase, [](SamplingPlan& plan) { plan.config.disable_corrector = {7}; }), 10.0);
}

TEST(Unipc, LimitsNoticeTheOtherOrderAndSolverType) {
  EXPECT_GT(excess_of(kUnipcCase, [](SamplingPlan& plan) { plan.config.solver_order = 3; }), 10.0);
  EXPECT_GT(excess_of(kUnipcCase, [](SamplingPlan& plan) { plan.config.solver_type = SolverType::bh1; }), 10.0);
}

// Printed by UniPCMultistepScheduler of diffusers 0.42.1 on the goldens' network and noise.
TEST(Unipc, FollowsTheFieldsOfTheConfigThatTheGoldensDoNotVary) {
  expect_first_values("unipc", stable_diffusion_config([](SchedulerConfig& c) { c.solver_order = 3; }),
                      {-4.56769991, -0.42564556, 9.95328045, -5.34168625, -11.0781898, 10.9397297}, 8);
  expect_first_values("unipc", stable_diffusion_config([](SchedulerConfig& c) {
                        c.solver_type = SolverType::bh1;
                        c.final_sigmas_type = FinalSigma::sigma_min;
                      }),
                      {-4.4593873, -0.0424650237, 9.99479389, -4.55157518, -11.2793436, 11.1302576});
  expect_first_values("unipc", stable_diffusion_config([](SchedulerConfig& c) {
                        c.predict_x0 = false;
                        c.final_sigmas_type = FinalSigma::sigma_min;
                      }),
                      {-3.23116446, -0.0645753369, 9.89230442, -3.54407001, -10.2436218, 11.1881752});
  expect_first_values("unipc", stable_diffusion_config([](SchedulerConfig& c) {
                        c.disable_corrector = {0, 2};
                      }),
                      {-6.11005926, -0.665328979, 10.0896568, -6.66601658, -12.4494247, 10.9225111});
  expect_first_values("unipc", stable_diffusion_config([](SchedulerConfig& c) {
                        c.lower_order_final = false;
                        c.final_sigmas_type = FinalSigma::sigma_min;
                      }),
                      {-4.94875193, -0.314934373, 9.97769547, -5.81502962, -11.8065901, 11.3133383}, 6);
  expect_first_values("unipc", stable_diffusion_config([](SchedulerConfig& c) {
                        c.rescale_betas_zero_snr = true;
                        c.timestep_spacing = TimestepSpacing::trailing;
                        c.prediction_type = PredictionType::v_prediction;
                      }),
                      {-0.211772352, -0.000681564212, 0.446183503, -0.134091273, -0.382396966, 0.443917453});
  expect_first_values("unipc",
                      stable_diffusion_config([](SchedulerConfig& c) { c.prediction_type = PredictionType::sample; }),
                      {-0.699991226, -0.355364323, 0.790650964, 0.171415716, -0.661221087, 0.631416321});
}

// The reference divides 0 by 0 there, and gives no numbers at all.
TEST(Unipc, EndsOnTheEstimateOnLevelZeroWhateverTheConfig) {
  const SafetensorsFile& file = trajectories_golden();
  for (bool predict_x0 : {true, false}) {
    for (SolverType type : {SolverType::bh1, SolverType::bh2}) {
      const SchedulerConfig config = stable_diffusion_config([&](SchedulerConfig& c) {
        c.predict_x0 = predict_x0;
        c.solver_type = type;
        c.lower_order_final = false;
      });
      const SamplingPlan plan = plan_sampling(find_sampler("unipc"), config, 6);
      std::vector<float> latent = read_golden(file, "noise").floats();
      std::vector<float> estimate;
      SamplerRun run{.denoise = fake_network};
      run.on_step = [&](const StepInfo& info) {
        estimate.assign(info.predicted_original.begin(), info.predicted_original.end());
        return true;
      };
      EXPECT_TRUE(run_sampler(plan, run, latent));
      EXPECT_EQ(latent, estimate);
      EXPECT_TRUE(std::ranges::all_of(latent, [](float x) { return std::isfinite(x); }));
    }
  }
}

TEST(Unipc, ReadsTheSolverTypesOfOtherClassesAsItsOwn) {
  EXPECT_EQ(find_sampler("uni_pc").adopt(stable_diffusion_config()).solver_type, SolverType::bh2);
  EXPECT_EQ(find_sampler("uni_pc")
                .adopt(stable_diffusion_config([](SchedulerConfig& c) { c.solver_type = SolverType::midpoint; }))
                .solver_type,
            SolverType::bh2);
}

}  // namespace
}  // namespace redraw
