#include "diffusion/run_plan.h"

#include <cmath>
#include <gtest/gtest.h>

#include "diffusion/test_support.h"

namespace redraw {
namespace {

RunPlan img2img(const std::string& sampler, const std::string& semantics, int64_t steps, double strength) {
  return plan_run(sd1_config(), {.sampler = find_named_sampler(sampler),
                                 .steps = steps,
                                 .semantics = &find_semantics(semantics),
                                 .has_picture = true,
                                 .strength = strength});
}

// reference/img2img-semantics.md A.1: steps really run, by program and sampler; first timestep where the table gives
// it.
struct CountRow {
  const char* sampler;
  const char* semantics;
  int64_t steps;
  double strength;
  int64_t run;
  double first_timestep = -1;
};

constexpr CountRow kCounts[] = {
    // int(f * s): InvokeAI 2 and diffusers
    {"ddim", "invoke-2.2.5", 10, 0.7, 7},
    {"ddim", "invoke-2.2.5", 10, 0.4, 4},
    {"ddim", "invoke-2.2.5", 50, 0.4, 20},
    {"ddim", "invoke-2.2.5", 30, 0.7, 21},
    {"ddim", "invoke-2.2.5", 29, 0.7, 20},
    {"ddim", "invoke-2.2.5", 30, 0.3, 9},
    {"ddim", "invoke-2.2.5", 30, 0.75, 22},
    {"ddim", "invoke-2.0", 30, 0.7, 21},
    {"euler", "diffusers", 30, 0.7, 21},
    {"euler", "invoke-2.3", 29, 0.7, 20},
    {"euler", "invoke-2.3", 10, 1.0, 10},
    {"euler", "invoke-2.3", 10, 0.05, 1},  // the last timestep is kept
    // InvokeAI 3 and later, linspace spacing
    {"lms", "invoke-4", 10, 0.7, 7, 666},
    {"lms", "invoke-4", 10, 0.4, 4, 333},
    {"lms", "invoke-4", 50, 0.4, 20, 387.37},
    {"lms", "invoke-4", 30, 0.7, 21, 688.97},
    {"lms", "invoke-4", 29, 0.7, 20, 677.89},
    {"lms", "invoke-4", 30, 0.3, 9},
    {"lms", "invoke-4", 30, 0.75, 22},
    {"heun", "invoke-4", 30, 0.75, 22},
    // the same, leading spacing with offset 1
    {"ddim", "invoke-4", 10, 0.7, 7, 601},
    {"ddim", "invoke-4", 10, 0.4, 4, 301},
    {"ddim", "invoke-4", 50, 0.4, 20, 381},
    {"ddim", "invoke-4", 30, 0.7, 22, 694},
    {"ddpm", "invoke-4", 29, 0.7, 21, 681},
    {"ddim", "invoke-4", 30, 0.75, 23},
    {"pndm", "invoke-4", 10, 0.7, 7, 601},
    // the same, Karras levels
    {"lms_k", "invoke-4", 10, 0.7, 7, 687.15},
    {"lms_k", "invoke-4", 10, 0.4, 5, 327.15},
    {"lms_k", "invoke-4", 50, 0.4, 24, 372.34},
    {"lms_k", "invoke-4", 30, 0.7, 20, 671.99},
    {"lms_k", "invoke-4", 29, 0.7, 19, 655.31},
    {"lms_k", "invoke-4", 30, 0.3, 13},
    {"lms_k", "invoke-4", 30, 0.75, 21},
    {"euler", "invoke-4", 10, 1.0, 10},
    // reference/stable-diffusion-cpp.md A3: three conventions for 20 steps at 0.75
    {"euler", "a1111", 20, 0.75, 16},
    {"euler", "diffusers", 20, 0.75, 15},
    {"euler", "comfyui", 20, 0.75, 20},
    {"euler", "a1111", 20, 1.0, 20},
    {"euler", "a1111", 10, 0.05, 1},
    {"euler", "comfyui", 20, 1.0, 20},
};

TEST(Semantics, RunAsManyStepsAsTheProgramsDid) {
  for (const CountRow& row : kCounts) {
    const RunPlan plan = img2img(row.sampler, row.semantics, row.steps, row.strength);
    EXPECT_EQ(plan.steps_to_run(), row.run)
        << row.sampler << " " << row.semantics << " " << row.steps << " x " << row.strength;
    if (row.first_timestep >= 0) {
      EXPECT_NEAR(plan.first_timestep(), row.first_timestep, 0.01) << row.sampler << " " << row.steps;
    }
  }
}

// A.4: where the run begins. sigma to four decimals.
struct LevelRow {
  int64_t steps;
  double strength;
  double ddim_timestep;
  double karras_sigma;
  double model_sigma;
};
constexpr LevelRow kLevels[] = {{10, 0.7, 601, 3.1686, 2.9183},
                                {10, 0.4, 301, 0.4469, 0.9324},
                                {50, 0.4, 381, 0.6403, 1.1171},
                                {30, 0.7, 661, 3.5613, 3.1913},
                                {29, 0.7, 647, 3.3671, 3.0557}};

TEST(Semantics, BeginAtTheLevelsOfTheWorkedOracle) {
  for (const LevelRow& row : kLevels) {
    const RunPlan ddim = img2img("ddim", "invoke-2.2.5", row.steps, row.strength);
    // 29 steps: the stride is 34, and 20 of them end at 1 + 19 * 34 = 647.
    EXPECT_EQ(ddim.first_timestep(), row.ddim_timestep);
    EXPECT_EQ(ddim.noised, ddim.begin);
    EXPECT_NEAR(img2img("euler_k", "diffusers", row.steps, row.strength).first_sigma(), row.karras_sigma, 6e-5);
    EXPECT_NEAR(img2img("euler", "diffusers", row.steps, row.strength).first_sigma(), row.model_sigma, 6e-5);
  }
}

TEST(Semantics, OfTheFirstReleaseNoiseDdimOneStepTooFar) {
  const RunPlan plan = img2img("ddim", "invoke-2.0", 10, 0.7);
  EXPECT_EQ(plan.first_timestep(), 600);
  EXPECT_EQ(plan.table().timesteps[static_cast<size_t>(plan.noised)], 700);
  EXPECT_NEAR(plan.first_sigma(), 3.33439, 1e-4);
  EXPECT_EQ(img2img("pndm", "invoke-2.0", 10, 0.7).noised + 1, img2img("pndm", "invoke-2.0", 10, 0.7).begin);
  EXPECT_EQ(img2img("euler", "invoke-2.0", 10, 0.7).noised, img2img("euler", "invoke-2.0", 10, 0.7).begin);
}

TEST(Semantics, ReadSamplersNamesAsTheirProgramsDo) {
  EXPECT_EQ(img2img("euler", "a1111", 20, 0.75).sampling.sampler->name, "k_euler");
  EXPECT_EQ(img2img("DPM++ 2M Karras", "comfyui", 20, 0.75).sampling.sampler->name, "k_dpmpp_2m");
  EXPECT_EQ(img2img("unipc", "a1111", 20, 0.75).sampling.sampler->name, "unipc");
  EXPECT_EQ(img2img("k_lms", "invoke-2.3", 20, 0.75).sampling.sampler->name, "lms");
  EXPECT_EQ(img2img("k_lms", "diffusers", 20, 0.75).sampling.sampler->name, "k_lms");
}

TEST(Semantics, OfInvokeAI2SwitchTheKSamplersToKarrasByStepCount) {
  const auto rule = [](const char* semantics, int64_t steps) {
    return img2img("k_lms", semantics, steps, 0.7).sampling.config.sigma_rule;
  };
  EXPECT_EQ(rule("invoke-2.0", 50), SigmaRule::karras);
  EXPECT_EQ(rule("invoke-2.2.5", 29), SigmaRule::karras);
  EXPECT_EQ(rule("invoke-2.2.5", 30), SigmaRule::model);
  EXPECT_EQ(rule("invoke-2.3", 10), SigmaRule::model);
  EXPECT_EQ(rule("diffusers", 10), SigmaRule::model);
  for (const LevelRow& row : kLevels) {
    EXPECT_NEAR(img2img("k_lms", "invoke-2.0", row.steps, row.strength).first_sigma(), row.karras_sigma, 6e-5);
  }
}

TEST(Semantics, RefuseWhatTheirProgramsRefuse) {
  for (const std::string semantics : {"invoke-2.0", "invoke-2.2.5"}) {
    EXPECT_EQ(thrown_by([&] { img2img("ddim", semantics, 10, 1.0); }).message,
              "strength is 1; " + semantics + " takes strengths below 1");
  }
  for (const Semantics& semantics : all_semantics()) {
    EXPECT_EQ(thrown_by([&] { img2img("ddim", std::string(semantics.name), 10, 0.0); }).code, Code::out_of_range)
        << semantics.name;
    EXPECT_EQ(thrown_by([&] { img2img("ddim", std::string(semantics.name), 10, 1.01); }).code, Code::out_of_range)
        << semantics.name;
    EXPECT_EQ(thrown_by([&] { img2img("ddim", std::string(semantics.name), 10, NAN); }).code, Code::not_a_number)
        << semantics.name;
  }
  EXPECT_EQ(thrown_by([] { img2img("ddim", "diffusers", 10, 0.05); }).code, Code::out_of_range);
  EXPECT_EQ(thrown_by([] { img2img("ddim", "comfyui", 20, 0.001); }).code, Code::out_of_range);
  EXPECT_NE(thrown_by([] { img2img("ddim", "invoke-3", 10, 0.5); }).message.find("did you mean"), std::string::npos);
}

TEST(RunPlan, BeginsAtTheExactLevelOfTheStrength) {
  // users-complaints.md 2: 0.834 and 0.843 gave the same picture.
  const auto exact = [](const std::string& sampler, double strength, std::optional<SigmaRule> rule) {
    RunChoice choice{.sampler = find_named_sampler(sampler),
                     .steps = 20,
                     .has_picture = true,
                     .strength = strength,
                     .exact_steps = true};
    choice.schedule.rule = rule;
    return plan_run(sd1_config(), choice);
  };
  const std::vector<float> log_sigmas = finite_log_sigmas(make_noise_schedule(sd1_config()));
  for (const SamplerInfo* sampler : samplers()) {
    for (const SigmaScheduleInfo& schedule : sigma_schedules()) {
      if (schedule.rule == SigmaRule::explicit_sigmas) continue;
      double before = 0;
      for (double strength : {0.1, 0.5, 0.834, 0.843, 1.0}) {
        const RunPlan plan = exact(std::string(sampler->name), strength, schedule.rule);
        const std::string name = std::string(sampler->name) + " " + std::string(schedule.name);
        EXPECT_EQ(plan.steps_to_run(), 20 + plan.table().repeated_entries) << name;
        EXPECT_EQ(plan.begin, 0) << name;
        const double level = sigma_of_timestep(strength * 999, log_sigmas);
        // Between two timesteps the model's own levels go in straight lines in sigma, not in its logarithm.
        EXPECT_NEAR(plan.first_sigma(), level, 1e-5 * level) << name << " " << strength;
        EXPECT_GT(plan.first_sigma(), before) << name;
        before = plan.first_sigma();
      }
    }
  }
}

TEST(RunPlan, CutsByTimestepsWhereStartAndEndAreGiven) {
  RunChoice choice{.sampler = find_named_sampler("euler"),
                   .steps = 10,
                   .has_picture = true,
                   .denoising_start = 0.3,
                   .denoising_end = 0.8};
  const RunPlan plan = plan_run(sd1_config(), choice);
  EXPECT_EQ(plan.first_timestep(), 666);  // below round(1000 * 0.7)
  EXPECT_EQ(plan.begin, 3);
  EXPECT_EQ(plan.end, 8);  // 222 is the last at or above round(1000 * 0.2)
  choice.denoising_start = std::nullopt;
  choice.has_picture = false;
  EXPECT_EQ(plan_run(sd1_config(), choice).begin, 0);
  EXPECT_EQ(plan_run(sd1_config(), choice).end, 8);
}

TEST(RunPlan, RefusesChoicesThatContradictEachOther) {
  const auto refused = [](bool has_picture, void (*ask)(RunChoice&)) {
    RunChoice choice;
    choice.has_picture = has_picture;
    ask(choice);
    return thrown_by([&] { plan_run(sd1_config(), choice); }).code;
  };
  EXPECT_EQ(refused(false,
                    [](RunChoice& c) {
                      c.sampler = find_named_sampler("euler_k");
                      c.schedule.rule = SigmaRule::exponential;
                    }),
            Code::usage);
  EXPECT_EQ(refused(true,
                    [](RunChoice& c) {
                      c.semantics = &find_semantics("a1111");
                      c.exact_steps = true;
                    }),
            Code::usage);
  EXPECT_EQ(refused(true,
                    [](RunChoice& c) {
                      c.exact_steps = true;
                      c.denoising_end = 0.5;
                    }),
            Code::usage);
  EXPECT_EQ(refused(false, [](RunChoice& c) { c.denoising_start = 0.5; }), Code::usage);
  EXPECT_EQ(refused(true, [](RunChoice& c) { c.denoising_start = c.denoising_end = 0.5; }), Code::out_of_range);
  EXPECT_EQ(refused(true, [](RunChoice& c) { c.denoising_start = 1.0; }), Code::out_of_range);
  EXPECT_EQ(refused(false, [](RunChoice& c) { c.denoising_end = 0.0; }), Code::out_of_range);
  EXPECT_EQ(refused(false, [](RunChoice& c) { c.denoising_end = NAN; }), Code::not_a_number);
  EXPECT_EQ(refused(true,
                    [](RunChoice& c) {
                      c.steps = 2;
                      c.denoising_start = 0.9999;
                    }),
            Code::out_of_range);
}

TEST(RunPlan, TakesExplicitLevelsAsTheyAre) {
  RunChoice choice{.sampler = find_named_sampler("euler"), .steps = 3};
  choice.schedule = {.rule = SigmaRule::explicit_sigmas, .sigmas = {14.0, 5.0, 1.0, 0.0}};
  EXPECT_EQ(plan_run(sd1_config(), choice).table().sigmas, (std::vector<double>{14.0, 5.0, 1.0, 0.0}));
  choice.steps = 4;
  EXPECT_EQ(thrown_by([&] { plan_run(sd1_config(), choice); }).code, Code::out_of_range);
}

}  // namespace
}  // namespace redraw
