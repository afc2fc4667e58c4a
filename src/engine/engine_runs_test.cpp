// Runs one after the other: what they tell, what they keep for each other, and what they leave alone.
#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>
#include <thread>

#include "base/error.h"
#include "engine/engine_test_support.h"
#include "library/model_test_support.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

// "load+ load- text+ ...", a plus where a phase begins; "plan" and "step" between them.
std::string told_by(Engine& engine, const Request& request) {
  std::string told;
  const Result result = engine.run(
      request,
      {.on_phase =
           [&](const PhaseEvent& phase) {
             told += std::string(name_of(phase.phase)) + (phase.is_reused ? "=" : phase.is_end ? "-" : "+") + " ";
           },
       .on_plan = [&](const SchedulePlan&) { told += "plan "; },
       .on_step = [&](const Step&) { told += "step "; }});
  EXPECT_FALSE(result.png.empty());
  return told;
}

int64_t count_of(const std::string& told, const std::string& word) {
  int64_t count = 0;
  for (size_t at = told.find(word); at != std::string::npos; at = told.find(word, at + 1)) ++count;
  return count;
}

std::vector<std::string> kinds_of(const Engine& engine) {
  std::vector<std::string> kinds;
  for (const Engine::LoadedNetwork& network : engine.loaded_networks()) kinds.push_back(network.kind);
  std::ranges::sort(kinds);
  return kinds;
}

TEST(EngineRuns, TellTheirPhasesInOrder) {
  Engine engine(2);
  const std::string first = told_by(engine, small_request());
  EXPECT_TRUE(first.starts_with("load+ load- ")) << first;
  size_t before = 0;
  for (const char* event :
       {"plan", "text+", "text-", "encode+", "encode-", "denoise+", "step step", "denoise-", "decode+", "decode-"}) {
    const size_t at = first.find(event);
    ASSERT_NE(at, std::string::npos) << event << " in " << first;
    EXPECT_GT(at, before) << event << " in " << first;
    before = at;
  }
  EXPECT_EQ(told_by(engine, small_request()),
            "load+ load- plan text+ text= encode+ encode= denoise+ step step denoise- decode+ decode- ");
}

TEST(EngineRuns, APictureIsDecodedForAStepOnlyWhereSomebodyAsks) {
  Engine engine(2);
  engine.run(small_request());
  const auto operators_of = [&](const RunEvents& events) {
    engine.reset_cost();
    EXPECT_FALSE(engine.run(small_request(), events).png.empty());
    int64_t calls = 0;
    for (const Engine::Cost::Row& row : engine.cost().rows) calls += row.calls;
    return calls;
  };
  const int64_t unwatched = operators_of({});
  EXPECT_EQ(operators_of({.on_step = [](const Step&) {}}), unwatched);
  const int64_t watched = operators_of({.on_step = [](const Step& step) {
    const PreviewPicture picture = step.preview(0);
    EXPECT_EQ(picture.rgb.size(), static_cast<size_t>(128 * 128 * 3));
    EXPECT_EQ(picture.width, 128);
  }});
  EXPECT_GT(watched, unwatched);
}

TEST(EngineRuns, WhatWasEncodedServesTheNextStrengthWithTheSameBytes) {
  Engine engine(2);
  engine.run(small_request());
  Request stronger = small_request();
  stronger.steps.strength = 0.75;
  const Result reused = engine.run(stronger);
  EXPECT_TRUE(reused.is_text_reused);
  EXPECT_TRUE(reused.is_encode_reused);
  const Result fresh = Engine(2).run(stronger);
  EXPECT_FALSE(fresh.is_text_reused);
  EXPECT_FALSE(fresh.is_encode_reused);
  EXPECT_EQ(reused.png, fresh.png);
  Request other = small_request();
  other.prompt = "water";
  EXPECT_FALSE(engine.run(other).is_text_reused);
  EXPECT_TRUE(engine.run(other).is_encode_reused);
}

TEST(EngineRuns, AnotherPreviewAutoencoderLoadsNothingElse) {
  Engine engine(2);
  Request request = small_request();
  request.output.step_strip = true;
  engine.run(request);
  const std::vector<std::string> before = kinds_of(engine);
  EXPECT_EQ(std::ranges::count(before, "UNet"), 1);
  request.output.preview_vae = project_file("tests/golden/taesd/weights.safetensors");
  const std::string told = told_by(engine, request);
  EXPECT_EQ(count_of(told, "load+"), 2) << "opening the model, and the decoder of previews: " << told;
  std::vector<std::string> expected = before;
  expected.emplace_back("tiny decoder");
  std::ranges::sort(expected);
  EXPECT_EQ(kinds_of(engine), expected);
}

TEST(EngineRuns, SwitchingBetweenTwoModelsLoadsNothingTheSecondTime) {
  const TemporaryFolder folder;
  std::filesystem::copy(project_file("models/emoji-128"), folder / "other", std::filesystem::copy_options::recursive);
  Request other = small_request();
  other.model.model = (folder / "other").string();
  Engine engine(2);
  const Result first = engine.run(small_request());
  EXPECT_GT(count_of(told_by(engine, other), "load+"), 1);
  for (const Request& request : {small_request(), other, small_request()}) {
    EXPECT_EQ(count_of(told_by(engine, request), "load+"), 1) << "the look at the files alone";
  }
  EXPECT_EQ(engine.run(small_request()).png, first.png);
}

TEST(EngineRuns, ASmallBudgetKeepsOneModelAndMakesTheSamePictures) {
  const TemporaryFolder folder;
  std::filesystem::copy(project_file("models/emoji-128"), folder / "other", std::filesystem::copy_options::recursive);
  Request other = small_request();
  other.model.model = (folder / "other").string();
  const Result expected = Engine(2).run(small_request());
  Engine engine(EngineOptions{.threads = 2, .model_cache_bytes = 1});
  EXPECT_EQ(engine.run(small_request()).png, expected.png);
  engine.run(other);
  EXPECT_EQ(engine.run(small_request()).png, expected.png);
  EXPECT_LE(engine.loaded_networks().size(), 1u);
}

TEST(EngineRuns, ALimitOnMemoryEvictsWhatTheRunDoesNotUse) {
  Engine engine(2);
  engine.run(small_request());
  EXPECT_EQ(std::ranges::count(kinds_of(engine), "VAE encoder"), 1);
  Request limited = small_request();
  limited.inputs.init.reset();
  limited.steps.strength.reset();
  limited.output.max_memory = 8;
  EXPECT_FALSE(engine.run(limited).png.empty());
  EXPECT_EQ(std::ranges::count(kinds_of(engine), "VAE encoder"), 0);
  EXPECT_EQ(std::ranges::count(kinds_of(engine), "UNet"), 1);
}

TEST(EngineRuns, ABatchMakesThePicturesOfOneByOne) {
  Engine engine(2);
  Request request = small_request();
  request.output.images = 3;
  const std::vector<Result> one_by_one = each_of(engine, request);
  request.output.batch_size = 2;
  std::vector<int64_t> at_once;
  std::vector<Result> batched;
  engine.run_each(request, {.on_step = [&](const Step& step) { at_once.push_back(step.pictures); },
                            .on_picture = [&](Result result) { batched.push_back(std::move(result)); }});
  EXPECT_EQ(at_once, (std::vector<int64_t>{2, 2, 1, 1}));
  ASSERT_EQ(batched.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(batched[i].seed, 3 + i);
    EXPECT_EQ(batched[i].png, one_by_one[i].png) << i;
    EXPECT_EQ(batched[i].network_rows, one_by_one[i].network_rows);
  }
  request.steps.sampler = "dpm_adaptive";
  at_once.clear();
  engine.run_each(request, {.on_step = [&](const Step& step) { at_once.push_back(step.pictures); }});
  EXPECT_EQ(*std::ranges::max_element(at_once), 1) << "its error control looks at the whole latent";
}

TEST(EngineRuns, ASamplerMayTakeMoreStepsThanItWasAskedFor) {
  Engine engine(2);
  Request request = small_request();
  request.steps.sampler = "dpm_adaptive";
  request.output.step_strip = true;
  const Result result = engine.run(request);
  EXPECT_GT(result.steps_run, 4);
  EXPECT_EQ(result.extras.size(), 1u);
}

TEST(EngineRuns, ACancelledBatchLeavesThePicturesBeforeIt) {
  Engine engine(2);
  Request request = small_request();
  request.output.images = 4;
  request.output.batch_size = 2;
  const Cancellation cancellation;
  int64_t steps = 0;
  int64_t pictures = 0;
  const RunEnd end = engine.run_each(request,
                                     {.on_step =
                                          [&](const Step&) {
                                            if (++steps == 3) cancellation.cancel();
                                          },
                                      .on_picture = [&](const Result&) { ++pictures; }},
                                     cancellation);
  EXPECT_TRUE(end.cancelled);
  EXPECT_EQ(end.pictures, 2);
  EXPECT_EQ(pictures, 2);
  EXPECT_EQ(end.steps_run, 1);
}

TEST(EngineRuns, PlansComeFromOtherThreadsWhileARunIsOn) {
  Engine engine(1);
  const SchedulePlan expected = Planner().plan(small_request(), true);
  std::atomic<bool> is_over = false;
  std::atomic<int> plans = 0, wrong = 0;
  std::vector<std::thread> planners;
  for (int i = 0; i < 3; ++i) {
    planners.emplace_back([&] {
      while (!is_over) {
        if (Planner().plan(small_request(), true).line != expected.line) ++wrong;
        ++plans;
      }
    });
  }
  const Result result = engine.run(small_request(), {.on_step = [&](const Step&) {
                                     const int before = plans;
                                     while (plans < before + 3) std::this_thread::yield();
                                   }});
  is_over = true;
  for (std::thread& planner : planners) planner.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(result.png, Engine(1).run(small_request()).png);
}

TEST(EngineRuns, APictureFromMemoryIsThePictureFromTheFile) {
  Request request = small_request();
  const Result from_file = Engine(2).run(request);
  std::vector<std::byte> bytes = read_whole_file(request.inputs.init->path());
  request.inputs.init = Picture::memory(std::move(bytes), "fire-drawing.png");
  EXPECT_EQ(Engine(2).run(request).png, from_file.png);
  request.inputs.init = Picture::memory({std::byte{1}}, "upload.png");
  EXPECT_NE(message_of(Code::image_not_recognised, [&] { Engine(2).run(request); }).find("upload.png"),
            std::string::npos);
}

}  // namespace
}  // namespace redraw
