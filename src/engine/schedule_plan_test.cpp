#include "engine/schedule_plan.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>

#include "engine/schedule_plan_plot.h"
#include "engine/schedule_plan_text.h"
#include "image/decode/decode.h"
#include "redraw/engine.h"
#include "request/fields.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

const std::filesystem::path kModel = std::filesystem::path(REDRAW_SOURCE_DIR) / "models/emoji-128";

SchedulePlan plan_of(Request request, bool from_picture = true) {
  if (!request.model.model) request.model.model = kModel.string();
  return Planner().plan(request, from_picture);
}

std::vector<RulePlan> rules_of(Request request) {
  request.model.model = kModel.string();
  return Planner().plan_by_every_rule(request, true);
}

// reference/img2img-semantics.md A.1 and stable-diffusion-cpp.md A3.
TEST(SchedulePlan, RunsTheStepsThatTheProgramsOfTheFieldRun) {
  struct Row {
    const char* semantics;
    int64_t steps;
    double strength;
    int64_t run, of;
  };
  constexpr Row kRows[] = {{"diffusers", 10, 0.7, 7, 10},  {"diffusers", 10, 0.4, 4, 10},
                           {"diffusers", 29, 0.7, 20, 29}, {"diffusers", 50, 0.4, 20, 50},
                           {"a1111", 20, 0.75, 16, 20},    {"comfyui", 20, 0.75, 20, 26},
                           {"invoke-2.3", 10, 0.05, 1, 10}};
  for (const Row& row : kRows) {
    const SchedulePlan plan =
        plan_of({.steps = RequestSteps{
                     .strength = row.strength, .steps = row.steps, .sampler = "euler", .semantics = row.semantics}});
    EXPECT_EQ(plan.steps_run(), row.run) << row.semantics << " " << row.steps;
    EXPECT_EQ(std::ssize(plan.entries), row.of) << row.semantics << " " << row.steps;
    EXPECT_EQ(std::ranges::count(plan.entries, true, &PlanEntry::is_run), row.run);
    EXPECT_TRUE(plan.rule.starts_with(row.semantics)) << plan.rule;
  }
}

TEST(SchedulePlan, GivesEachStepItsLevels) {
  const SchedulePlan plan = plan_of({.steps = RequestSteps{.strength = 0.7, .steps = 10}});
  ASSERT_EQ(plan.entries.size(), 10u);
  EXPECT_EQ(plan.begin, 3);
  EXPECT_EQ(plan.first().timestep, 601);
  EXPECT_NEAR(plan.first().sigma, 2.2929, 1e-4);
  for (const PlanEntry& entry : plan.entries) {
    EXPECT_NEAR(entry.alpha_cumprod, 1 / (1 + entry.sigma * entry.sigma), 1e-12);
    EXPECT_NEAR(entry.noise_share * entry.noise_share + entry.alpha_cumprod, 1, 1e-12);
  }
  EXPECT_NEAR(plan.final_sigma, 0.0292, 1e-4);
}

TEST(SchedulePlan, CountsTheNetworkCallsOfSamplersThatTakeTwo) {
  const SchedulePlan plan = plan_of({.steps = RequestSteps{.steps = 5, .sampler = "heun"}}, false);
  EXPECT_EQ(plan.network_calls, 9) << "the last step ends on level 0 and takes one";
  EXPECT_EQ(plan.entries.front().network_calls, 2);
  EXPECT_EQ(plan.entries.back().network_calls, 1);
}

TEST(SchedulePlan, IsThatOfTheRun) {
  const Request request{
      .prompt = "fire",
      .inputs = RequestInputs{.init = Picture::file(std::string(REDRAW_SOURCE_DIR) + "/examples/fire-drawing.png")},
      .steps = RequestSteps{.strength = 0.5, .steps = 4, .sampler = "euler_k"},
      .noise = RequestNoise{.seed = 3},
      .model = RequestModel{.model = kModel.string()}};
  Engine engine(2);
  const SchedulePlan plan = Planner().plan(request, true);
  size_t entry = static_cast<size_t>(plan.begin);
  std::string line;
  const Result result = engine.run(request, {.on_plan = [&](const SchedulePlan& told) { line = told.line; },
                                             .on_step =
                                                 [&](const Step& step) {
                                                   EXPECT_EQ(step.timestep, plan.entries.at(entry).timestep);
                                                   EXPECT_EQ(step.sigma, plan.entries.at(entry).sigma);
                                                   ++entry;
                                                 }});
  EXPECT_EQ(line, plan.line);
  EXPECT_EQ(result.steps_run, plan.steps_run());
}

TEST(SchedulePlan, NamesTheRuleThatDecided) {
  EXPECT_TRUE(plan_of({.steps = RequestSteps{.exact_steps = true}}).rule.starts_with("exact_steps: "));
  EXPECT_TRUE(plan_of({.steps = RequestSteps{.denoising_start = 0.5}}).rule.starts_with("denoising_start: "));
}

TEST(SchedulePlan, RefusesWhatARunRefuses) {
  message_of(Code::out_of_range, [] { plan_of({.steps = RequestSteps{.strength = 0.05, .steps = 10}}); });
  message_of(Code::usage, [] { plan_of({.steps = RequestSteps{.strength = 0.5}}, false); });
  message_of(Code::usage, [] { plan_of({.steps = RequestSteps{.strength = 0.5, .denoising_start = 0.5}}); });
  message_of(Code::out_of_range, [] {
    plan_of({.steps = RequestSteps{.steps = 4}, .guidance = RequestGuidance{.cfg_scales = std::vector<double>{7, 7}}},
            false);
  });
  message_of(Code::usage, [] { plan_of({.size = RequestSize{.hires_fix = true}}, false); });
}

TEST(SchedulePlan, TakesALevelThatIsInfinite) {
  // Zero terminal SNR: the configurations of the model in the box, with another scheduler, and no weights.
  const TemporaryFolder folder;
  for (const auto& file : std::filesystem::recursive_directory_iterator(kModel)) {
    if (file.path().extension() != ".json") continue;
    std::filesystem::create_directories((folder / std::filesystem::relative(file.path(), kModel)).parent_path());
    std::filesystem::copy_file(file.path(), folder / std::filesystem::relative(file.path(), kModel));
  }
  folder.write("scheduler/scheduler_config.json",
               R"({"_class_name": "DDIMScheduler", "beta_schedule": "scaled_linear", "beta_start": 0.00085,
                   "beta_end": 0.012, "prediction_type": "v_prediction", "rescale_betas_zero_snr": true,
                   "timestep_spacing": "trailing"})");
  const SchedulePlan plan = plan_of(
      {.steps = RequestSteps{.steps = 4, .sampler = "ddim"}, .model = RequestModel{.model = folder.path().string()}},
      false);
  EXPECT_TRUE(std::isinf(plan.entries.front().sigma));
  EXPECT_EQ(plan.entries.front().alpha_cumprod, 0);
  EXPECT_EQ(plan.entries.front().noise_share, 1);
  const nlohmann::json json = nlohmann::json::parse(schedule_json(plan));
  EXPECT_TRUE(json["entries"][0]["sigma"].is_null());
  EXPECT_TRUE(json["first_sigma"].is_null());
  EXPECT_NE(schedule_text(plan).find(" inf "), std::string::npos);
  EXPECT_FALSE(schedule_png(plan).empty());
  EXPECT_FALSE(schedule_png(plan_of({.steps = RequestSteps{.steps = 1, .sampler = "ddim"},
                                     .model = RequestModel{.model = folder.path().string()}},
                                    false))
                   .empty())
      << "with no level that has a logarithm";
}

TEST(SchedulePlan, ComparesTheRules) {
  const std::vector<RulePlan> plans =
      rules_of({.steps = RequestSteps{.strength = 0.75, .steps = 20, .sampler = "euler"}});
  std::vector<std::pair<std::string, int64_t>> counts;
  counts.reserve(plans.size());
  for (const RulePlan& row : plans) counts.emplace_back(row.semantics, row.plan->steps_run());
  EXPECT_EQ(counts, (std::vector<std::pair<std::string, int64_t>>{{"diffusers", 15},
                                                                  {"invoke-2.0", 15},
                                                                  {"invoke-2.2.5", 15},
                                                                  {"invoke-2.3", 15},
                                                                  {"invoke-4", 15},
                                                                  {"a1111", 16},
                                                                  {"comfyui", 20}}));
  const nlohmann::json rules = nlohmann::json::parse(rules_json(plans))["rules"];
  EXPECT_EQ(rules.back()["steps"], 26);
}

TEST(SchedulePlan, SaysWhichRulesRefuseAndRefusesWhereAllDo) {
  const std::vector<RulePlan> plans = rules_of({.steps = RequestSteps{.strength = 1.0, .steps = 10}});
  EXPECT_TRUE(plans[0].plan);
  EXPECT_FALSE(plans[1].plan);
  EXPECT_NE(plans[1].refusal.find("strengths below 1"), std::string::npos);
  EXPECT_NE(rules_text(plans).find("refuses: "), std::string::npos);
  EXPECT_TRUE(nlohmann::json::parse(rules_json(plans))["rules"][1].contains("refusal"));
  message_of(Code::out_of_range, [] { rules_of({.steps = RequestSteps{.steps = 1001}}); });
}

TEST(SchedulePlan, IsATableWithALineForEachStep) {
  const std::string text = schedule_text(plan_of({.steps = RequestSteps{.strength = 0.5, .steps = 2}}));
  EXPECT_TRUE(
      text.ends_with("step    t   sigma  alpha-bar  noise share  run  calls\n"
                     "   1  501  1.6237     0.2750       0.8515    -      -\n"
                     "   2    1  0.0413     0.9983       0.0413    1      1\n"
                     " end       0.0292     0.9991       0.0292\n"))
      << text;
}

TEST(SchedulePlan, IsAPictureInWhichTheStepsThatAreNotRunAreFaint) {
  const Image all = decode_image(schedule_png(plan_of({.steps = RequestSteps{.steps = 10}}, false)), "plot").image;
  const Image part =
      decode_image(schedule_png(plan_of({.steps = RequestSteps{.strength = 0.5, .steps = 10}})), "plot").image;
  const auto blue_pixels = [](const Image& image) {
    int64_t count = 0;
    for (size_t i = 0; i < image.pixels.size(); i += 3) count += image.pixels[i + 2] > image.pixels[i] + 100;
    return count;
  };
  EXPECT_EQ(all.width, part.width);
  EXPECT_GT(blue_pixels(part), 500);
  EXPECT_LT(blue_pixels(part), blue_pixels(all) * 3 / 4);
}

TEST(SchedulePlan, SaysOfEachValueWhoChoseIt) {
  const auto used = [](const Request& request, bool from_picture) {
    std::map<std::string, std::string> values;
    for (const UsedValue& value : plan_of(request, from_picture).values) {
      values[value.field] = value.value + " (" + value.origin + ")";
    }
    return values;
  };
  // The model in the box states guidance 4 and its sampler (redraw.json).
  const Request request{.steps = RequestSteps{.strength = 0.5, .steps = 4},
                        .guidance = RequestGuidance{.cfg_rescale = 0.5}};
  auto values = used(request, true);
  EXPECT_EQ(values["strength"], "0.5 (request)");
  EXPECT_EQ(values["steps"], "4 (request)");
  EXPECT_EQ(values["cfg_rescale"], "0.5 (request)");
  EXPECT_EQ(values["cfg_scale"], "4 (model)");
  EXPECT_EQ(values["sampler"], "ddim (model)");
  EXPECT_EQ(values["semantics"], "diffusers (program)");
  EXPECT_EQ(values["guidance_end"], "1 (program)");
  EXPECT_EQ(values["exact_steps"], "false (program)");
  EXPECT_FALSE(values.contains("seed")) << "what is open has no value";
  EXPECT_FALSE(values.contains("image_cfg_scale"));
  // The request goes before the model, even with the model's own value.
  Request asked = request;
  asked.guidance.cfg_scale = 4.0;
  EXPECT_EQ(used(asked, true)["cfg_scale"], "4 (request)");
  // Fields of a picture have no part in text to image.
  asked.steps.strength.reset();
  values = used(asked, false);
  EXPECT_FALSE(values.contains("strength"));
  EXPECT_FALSE(values.contains("exact_steps"));
  EXPECT_EQ(values["steps"], "4 (request)");
}

TEST(SchedulePlan, TheUsedValuesAreInTheOrderOfTheTable) {
  std::vector<std::string> order;
  for (const Field* field : request_fields()) order.emplace_back(field->name);
  std::vector<ptrdiff_t> places;
  for (const UsedValue& value : plan_of({}).values) {
    places.push_back(std::ranges::find(order, value.field) - order.begin());
  }
  EXPECT_GT(places.size(), 10u);
  EXPECT_TRUE(std::ranges::is_sorted(places));
  EXPECT_EQ(std::ranges::adjacent_find(places), places.end());
}

}  // namespace
}  // namespace redraw
