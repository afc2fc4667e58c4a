#include "diffusion/solver/lambda_step_table.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "diffusion/solver/lambda_space.h"
#include "diffusion/solver/trajectory_test_support.h"

namespace redraw {
namespace {

std::vector<const SamplerInfo*> samplers_in_lambda() {
  std::vector<const SamplerInfo*> result;
  for (const SamplerInfo* sampler : samplers()) {
    for (std::string_view word : {"DPMSolver", "UniPC", "DEIS", "SASolver"}) {
      if (sampler->scheduler_class.starts_with(word)) result.push_back(sampler);
    }
  }
  return result;
}

class NoNoise : public NoiseSource {
 public:
  void normal(std::span<float> out) override { std::ranges::fill(out, 0.0f); }
};

// What the classes do not know: timesteps are then not rounded, and the table has as many entries as were asked for.
TEST(LambdaStepTable, RunsOverTheLevelsOfAnySchedule) {
  for (const SamplerInfo* sampler : samplers_in_lambda()) {
    for (const SigmaScheduleInfo& schedule : sigma_schedules()) {
      for (const std::optional<double> start : {std::optional<double>(), std::optional<double>(612.34)}) {
        SchedulerConfig config = stable_diffusion_config();
        config.sigma_rule = schedule.rule;
        config.sigmas = {9.0, 5.0, 2.5, 1.0, 0.6, 0.3, 0.1, 0.0};
        config.start_timestep = start;
        const std::string name = std::string(sampler->name) + " " + std::string(schedule.name);
        const SamplingPlan plan = plan_sampling(*sampler, config, 7);
        const StepTable& table = plan.table;
        ASSERT_EQ(table.steps(), 7) << name;
        EXPECT_EQ(table.init_noise_sigma, 1.0) << name;
        EXPECT_TRUE(std::is_sorted(table.sigmas.begin(), table.sigmas.end() - 1, std::greater_equal<>())) << name;
        if (start && schedule.rule != SigmaRule::explicit_sigmas && schedule.rule != SigmaRule::align_your_steps &&
            schedule.rule != SigmaRule::align_your_steps_sdxl) {
          EXPECT_NEAR(table.timesteps.front(), 612.34, 1e-3) << name;
          EXPECT_NEAR(std::sqrt(table.signal_scales[0] * table.signal_scales[0] +
                                table.noise_scales[0] * table.noise_scales[0]),
                      1.0, 1e-6);
        }
        // A network that knows the picture: the latent must come near it, whatever the levels.
        const std::vector<float> picture = {0.5f, -1.5f, 3.0f, 0.0f};
        const std::vector<float> noise = {0.3f, -0.7f, 1.1f, -2.0f};
        std::vector<float> latent(4);
        add_noise(table, 0, picture, noise, latent);
        SamplerRun run;
        NoNoise draws;
        run.noise = &draws;
        int64_t calls = 0;
        run.denoise = [&](const NetworkCall& call) {
          const LambdaLevel level = lambda_level(table.sigmas[static_cast<size_t>(calls++)]);
          for (size_t i = 0; i < 4; ++i) call.output[i] = (call.x[i] - level.signal * picture[i]) / level.noise;
        };
        EXPECT_TRUE(run_sampler(plan, run, latent));
        EXPECT_EQ(calls, 7) << name;
        for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(latent[i], picture[i], 3.0 * table.sigmas.back() + 1e-4) << name;
      }
    }
  }
}

TEST(LambdaStepTable, RefusesLevelsThatDoNotFall) {
  for (const SamplerInfo* sampler : samplers_in_lambda()) {
    // 1001 whole numbers between 0 and 999: two of them are the same.
    const Thrown thrown = thrown_by([&] { plan_sampling(*sampler, stable_diffusion_config(), 1000); });
    EXPECT_EQ(thrown.code, Code::out_of_range) << sampler->name;
    EXPECT_NE(thrown.message.find("begin at the same noise level; use fewer steps"), std::string::npos)
        << thrown.message;
    EXPECT_NO_THROW(plan_sampling(*sampler, stable_diffusion_config(), 999)) << sampler->name;
  }
}

TEST(LambdaStepTable, RefusesATimestepThatTheModelDoesNotKnow) {
  SchedulerConfig config = stable_diffusion_config();
  config.timestep_spacing = TimestepSpacing::leading;
  config.steps_offset = 1;
  EXPECT_EQ(thrown_by([&] { plan_sampling(find_sampler("dpmpp_2m"), config, 999); }).code, Code::out_of_range);
  config.steps_offset = 0;
  EXPECT_NO_THROW(plan_sampling(find_sampler("dpmpp_2m"), config, 999));
}

TEST(LambdaStepTable, RefusesALimitOfLambdaThatLeavesNothing) {
  SchedulerConfig config = stable_diffusion_config();
  config.lambda_min_clipped = 10.0;
  EXPECT_EQ(thrown_by([&] { plan_sampling(find_sampler("dpmpp_2m"), config, 5); }).code, Code::model_unsupported);
}

// Printed by DPMSolverMultistepScheduler of diffusers 0.42.1 with the SD betas: trailing steps of the clipped range
// end where the stride of the whole one leads, which may be an entry earlier.
TEST(LambdaStepTable, HasFewerTrailingStepsWhereTheRangeIsClipped) {
  SchedulerConfig config = stable_diffusion_config();
  config.timestep_spacing = TimestepSpacing::trailing;
  config.lambda_min_clipped = -1.0;
  EXPECT_EQ(plan_sampling(find_sampler("dpmpp_2m"), config, 5).table.timesteps,
            (std::vector<double>{647, 447, 247, 47}));
}

}  // namespace
}  // namespace redraw
