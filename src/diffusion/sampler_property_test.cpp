// Every sampler over every schedule: 1 to 60 steps, strengths from 0.01 to 1.
#include <cmath>
#include <gtest/gtest.h>

#include "diffusion/run_plan.h"
#include "diffusion/strength.h"
#include "diffusion/test_support.h"
#include "diffusion/torch_cpu_generator.h"

namespace redraw {
namespace {

// Strengths in hundredths, another for each case and the same on every machine.
double strength_of_case(int64_t number) {
  return static_cast<double>(number * 37 % 100 + 1) / 100.0;
}

std::string name_of_case(const RunChoice& choice) {
  return std::string(choice.sampler.sampler->name) + ", schedule " +
         std::string(sigma_schedule(choice.schedule.rule.value_or(SigmaRule::model)).name) + ", " +
         std::to_string(choice.steps) + " steps" +
         (choice.has_picture ? ", strength " + std::to_string(choice.strength) : "") +
         (choice.exact_steps ? ", exact" : "");
}

// Falling and finite. PNDM alone visits one entry twice; DEIS and SA-Solver end on their last level and not on 0, as
// their classes do for the rules that lay levels themselves, and so do the samplers that choose their own levels.
void expect_falling(const RunPlan& plan, const std::string& name) {
  const StepTable& table = plan.table();
  const SamplerInfo& sampler = *plan.sampling.sampler;
  const bool may_end_level = sampler.chooses_its_levels || sampler.name == "deis" || sampler.name == "sasolver";
  int64_t repeats = 0;
  for (size_t i = 0; i + 1 < table.sigmas.size(); ++i) {
    ASSERT_TRUE(std::isfinite(table.sigmas[i])) << name << ", entry " << i;
    if (table.sigmas[i + 1] == table.sigmas[i] && ++repeats <= table.repeated_entries) continue;
    if (may_end_level && i + 2 == table.sigmas.size() && table.sigmas[i + 1] == table.sigmas[i]) continue;
    ASSERT_LT(table.sigmas[i + 1], table.sigmas[i]) << name << ", entry " << i;
  }
  ASSERT_GE(table.sigmas.back(), 0.0) << name;
  ASSERT_GE(table.timesteps.back(), 0.0) << name;
  ASSERT_LE(table.timesteps.front(), 999.0) << name;
}

// A network that answers within -1..1.
void expect_finite_run(const RunPlan& plan, const std::string& name) {
  TorchCpuGenerator noise(7);
  std::vector<float> latent(16);
  noise.normal(latent);
  const std::vector<float> original(16, 0.5f);
  if (plan.noised > 0) {
    const std::vector<float> start = latent;
    add_noise(plan.table(), plan.noised, original, start, latent);
  } else {
    const std::vector<float> start = latent;
    start_from_noise(plan.table(), start, latent);
  }
  int64_t steps = 0;
  SamplerRun run;
  run.begin = plan.begin;
  run.end = plan.end;
  run.noise = &noise;
  run.denoise = [](const NetworkCall& call) {
    for (size_t i = 0; i < call.x.size(); ++i) {
      call.output[i] = std::sin(3.0f * call.x[i] + static_cast<float>(call.timestep));
      if (!call.unconditional.empty()) call.unconditional[i] = std::cos(call.x[i]);
    }
  };
  run.on_step = [&](const StepInfo& info) {
    EXPECT_LT(info.index, info.count) << name;
    ++steps;
    return true;
  };
  ASSERT_TRUE(run_sampler(plan.sampling, run, latent)) << name;
  for (float x : latent) ASSERT_TRUE(std::isfinite(x)) << name;
  if (!plan.sampling.sampler->chooses_its_levels) {
    ASSERT_EQ(steps, plan.steps_to_run()) << name;
  }
}

class EverySampler : public ::testing::TestWithParam<const SamplerInfo*> {};

TEST_P(EverySampler, RunsOverEverySchedule) {
  int64_t number = 0;
  for (const SigmaScheduleInfo& schedule : sigma_schedules()) {
    if (schedule.rule == SigmaRule::explicit_sigmas) continue;
    for (int64_t steps = 1; steps <= 60; ++steps) {
      RunChoice choice{.sampler = {GetParam(), SigmaRule::model}, .steps = steps};
      choice.schedule.rule = schedule.rule;
      const RunPlan text = plan_run(sd1_config(), choice);
      expect_falling(text, name_of_case(choice));
      expect_finite_run(text, name_of_case(choice));

      choice.has_picture = true;
      choice.strength = strength_of_case(++number);
      if (const int64_t run = steps_to_run(steps, choice.strength); run > 0) {
        const RunPlan image = plan_run(sd1_config(), choice);
        ASSERT_EQ(image.steps_to_run(), run + image.table().repeated_entries) << name_of_case(choice);
        expect_finite_run(image, name_of_case(choice));
      }
      choice.exact_steps = true;
      const RunPlan exact = plan_run(sd1_config(), choice);
      expect_falling(exact, name_of_case(choice));
      ASSERT_EQ(exact.steps_to_run(), steps + exact.table().repeated_entries) << name_of_case(choice);
      expect_finite_run(exact, name_of_case(choice));
      if (HasFatalFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Table, EverySampler, ::testing::ValuesIn(samplers().begin(), samplers().end()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace redraw
