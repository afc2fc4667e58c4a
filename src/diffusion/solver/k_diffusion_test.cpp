#include "diffusion/solver/k_diffusion.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <string>

#include "diffusion/test_support.h"
#include "support/golden.h"

namespace redraw {
namespace {

SamplingPlan k_plan(const SchedulerConfig& config, int64_t steps) {
  return plan_sampling(find_sampler("k_euler"), config, steps);
}

std::vector<float> model_log_sigmas() {
  return finite_log_sigmas(make_noise_schedule(stable_diffusion_config()));
}

TEST(KDiffusion, FindsTimestepsAndLevelsAsTheReferenceDoes) {
  const SafetensorsFile file = golden("samplers/k_diffusion.safetensors");
  const std::vector<float> log_sigmas = model_log_sigmas();
  const std::vector<double> sigmas = read_golden(file, "sigma_to_t/sigma").values;
  const std::vector<double> timesteps = read_golden(file, "sigma_to_t/t").values;
  // A difference of float32 logarithms near 2.7 divided by one of 0.006 leaves the reference 1e-4 of a timestep.
  for (size_t i = 0; i < sigmas.size(); ++i) {
    EXPECT_NEAR(timestep_of_sigma(sigmas[i], log_sigmas), timesteps[i], 2e-4) << i;
  }
  const std::vector<double> t = read_golden(file, "t_to_sigma/t").values;
  const std::vector<double> levels = read_golden(file, "t_to_sigma/sigma").values;
  for (size_t i = 0; i < t.size(); ++i) {
    EXPECT_NEAR(sigma_of_timestep(t[i], log_sigmas), levels[i], 1e-6 * levels[i]) << i;
  }
}

TEST(KDiffusion, SplitsAncestralStepsAsTheReferenceDoes) {
  const SafetensorsFile file = golden("samplers/k_diffusion.safetensors");
  struct Step {
    const char* name;
    double sigma;
  };
  for (const Step& step : {Step{"0.0292", 0.0292}, Step{"0.5", 0.5}, Step{"3.0", 3.0}, Step{"14.6", 14.6}}) {
    for (const char* share : {"0.0", "0.5", "0.9"}) {
      const std::vector<double> reference =
          read_golden(file, std::string("ancestral_step/") + step.name + "/" + share).values;
      const AncestralStep ours = ancestral_step(step.sigma, step.sigma * std::stod(share));
      EXPECT_NEAR(ours.sigma_down, reference[0], 1e-6 * reference[0]) << step.name << " " << share;
      EXPECT_NEAR(ours.sigma_up, reference[1], 1e-6 * reference[1]) << step.name << " " << share;
    }
  }
}

TEST(KDiffusion, GoesDownFromALevelAThousandTimesTheNext) {
  // float32 leaves nothing of 10^2 - 0.001^2, of which the share without noise is made.
  const AncestralStep step = ancestral_step(10.0, 0.001);
  EXPECT_NEAR(step.sigma_down, 1e-7, 1e-12);
  EXPECT_NEAR(step.sigma_up, 0.001, 1e-9);
  EXPECT_EQ(ancestral_step(10.0, 0.0).sigma_down, 0.0f);
}

TEST(KDiffusion, LaysItsLevelsOverTheWholeModelWhateverTheSpacing) {
  SchedulerConfig config = stable_diffusion_config();
  const StepTable plain = k_plan(config, 7).table;
  EXPECT_EQ(plain.timesteps.front(), 999.0);
  EXPECT_EQ(plain.timesteps.back(), 0.0);
  EXPECT_EQ(plain.init_noise_sigma, plain.sigmas.front());
  EXPECT_EQ(plain.sigmas.back(), 0.0);
  config.timestep_spacing = TimestepSpacing::trailing;
  config.steps_offset = 1;
  config.rescale_betas_zero_snr = true;
  config.final_sigmas_type = FinalSigma::sigma_min;
  const StepTable other = k_plan(config, 7).table;
  EXPECT_EQ(plain.sigmas, other.sigmas);
  EXPECT_EQ(plain.timesteps, other.timesteps);
  EXPECT_EQ(plain.init_noise_sigma, other.init_noise_sigma);
}

TEST(KDiffusion, TakesItsOnlyStepFromTheHighestLevel) {
  const StepTable table = k_plan(stable_diffusion_config(), 1).table;
  EXPECT_EQ(table.timesteps, std::vector<double>{999.0});
  ASSERT_EQ(table.sigmas.size(), 2u);
  EXPECT_NEAR(table.sigmas[0], 14.6146, 1e-4);
}

TEST(KDiffusion, BeginsExactlyAtAStartTimestepUnderEveryRule) {
  const std::vector<float> log_sigmas = model_log_sigmas();
  for (const SigmaScheduleInfo& schedule : sigma_schedules()) {
    if (schedule.rule == SigmaRule::explicit_sigmas) continue;
    for (int64_t steps : {1, 2, 5, 30}) {
      SchedulerConfig config = stable_diffusion_config();
      config.sigma_rule = schedule.rule;
      config.start_timestep = 654.25;
      const StepTable table = k_plan(config, steps).table;
      EXPECT_EQ(table.steps(), steps) << schedule.name;
      EXPECT_EQ(std::ssize(table.sigmas), steps + 1) << schedule.name;
      const double sigma = sigma_of_timestep(654.25, log_sigmas);
      EXPECT_NEAR(table.sigmas.front(), sigma, 1e-6 * sigma) << schedule.name;
      EXPECT_NEAR(table.timesteps.front(), 654.25, 2e-4) << schedule.name;
      EXPECT_EQ(table.init_noise_sigma, table.sigmas.front()) << schedule.name;
      EXPECT_EQ(table.noise_scales.front(), static_cast<float>(table.sigmas.front())) << schedule.name;
      EXPECT_TRUE(std::ranges::is_sorted(table.sigmas, std::greater<>())) << schedule.name;
    }
  }
}

TEST(KDiffusion, IsFoundByTheNamesOfOtherPrograms) {
  struct Row {
    const char* asked;
    const char* name;
    SigmaRule rule = SigmaRule::model;
  };
  constexpr Row kRows[] = {
      // InvokeAI 2.2
      {"k_dpmpp_2", "k_dpmpp_2m"},
      {"k_dpmpp_2_a", "dpmpp_2s_a"},
      // A1111
      {"Euler a", "k_euler_a"},
      {"DPM2", "k_dpm_2"},
      {"DPM2 a Karras", "k_dpm_2_a", SigmaRule::karras},
      {"DPM++ 2M Karras", "k_dpmpp_2m", SigmaRule::karras},
      {"DPM++ 2S a", "dpmpp_2s_a"},
      {"DPM++ SDE Karras", "dpmpp_sde", SigmaRule::karras},
      {"DPM++ 2M SDE Exponential", "k_dpmpp_2m_sde", SigmaRule::exponential},
      {"DPM++ 3M SDE", "k_dpmpp_3m_sde"},
      {"DPM fast", "dpm_fast"},
      {"DPM adaptive", "dpm_adaptive"},
      // ComfyUI
      {"euler_ancestral", "k_euler_a"},
      {"dpm_2_ancestral", "k_dpm_2_a"},
      {"dpmpp_2s_ancestral", "dpmpp_2s_a"},
      {"euler_ancestral_cfg_pp", "euler_a_cfg_pp"},
      // plain names are diffusers'
      {"euler", "euler"},
      {"heun", "heun"},
      {"lms_karras", "lms", SigmaRule::karras},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(find_named_sampler(row.asked).sampler->name, row.name) << row.asked;
    EXPECT_EQ(find_named_sampler(row.asked).rule, row.rule) << row.asked;
  }
}

}  // namespace
}  // namespace redraw
