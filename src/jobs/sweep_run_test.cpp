#include "jobs/sweep_run.h"

#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>

#include "base/input_file.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

// The model in the box at 64x64, one step and two.
Request sweep_base() {
  const std::string source = REDRAW_SOURCE_DIR;
  return {.prompt = "fire",
          .inputs = RequestInputs{.init = Picture::file(source + "/examples/fire-drawing.png")},
          .size = RequestSize{.width = 64, .height = 64},
          .steps = RequestSteps{.steps = 2},
          .model = RequestModel{.model = source + "/models/emoji-128"}};
}

class SweepRunTest : public ::testing::Test {
 protected:
  SweepRun sweep_run(const std::string& strengths = "0.5,1") const {
    const Sweep sweep = make_sweep(sweep_base(), {{"strength", strengths}});
    return {sweep, planned_cells(Planner(), sweep), folder()};
  }

  std::filesystem::path folder() const { return temporary_ / "out"; }

  nlohmann::json record() const {
    std::ifstream file(folder() / "sweep.json");
    return nlohmann::json::parse(file);
  }

  std::set<std::string> pictures() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
      if (entry.path().extension() == ".png") names.insert(entry.path().filename().string());
    }
    return names;
  }

  TemporaryFolder temporary_;
  Engine engine_{2};
};

TEST_F(SweepRunTest, MakesEveryCellAndTellsOfIt) {
  SweepRun run = sweep_run();
  std::vector<std::string> told;
  const SweepEvents events{
      .on_seed = [&](const std::string& field, uint64_t,
                     bool is_drawn_before) { told.push_back(field + (is_drawn_before ? " again" : " drawn")); },
      .on_cell =
          [&](int64_t index, int64_t count, const PlannedCell& cell) {
            told.push_back(std::to_string(index) + "/" + std::to_string(count) + " " + cell.cell.name() + " " +
                           std::to_string(cell.steps_run) + " of " + std::to_string(cell.steps));
          },
      .on_saved = [&](const std::vector<std::filesystem::path>& paths) { told.push_back(paths.front().filename()); },
      .run = RunEvents{.on_phase = [&](const PhaseEvent& phase) {
        if (phase.phase == Phase::save) told.push_back(phase.is_end ? "save-" : "save+");
      }}};
  ASSERT_TRUE(run.run(engine_, events, {}));
  EXPECT_EQ(run.made(), 2);
  EXPECT_EQ(run.kept(), 0);
  const auto seed = record()["drawn"].begin()->at("seed").get<uint64_t>();
  const std::string ending = "." + std::to_string(seed) + ".png";
  EXPECT_EQ(told,
            (std::vector<std::string>{"seed drawn", "0/2 strength 0.5 1 of 2", "save+", "save-", "000001" + ending,
                                      "1/2 strength 1 2 of 2", "save+", "save-", "000002" + ending}));
  const std::filesystem::path sheet = run.write_sheet();
  const nlohmann::json json = nlohmann::json::parse(run.json(sheet, false));
  EXPECT_EQ(json["made"], 2);
  EXPECT_EQ(json["kept"], 0);
  EXPECT_EQ(json["columns"], 2);
  EXPECT_EQ(json["sheet"], sheet.string());
  EXPECT_EQ(json["record"], (folder() / "sweep.json").string());
  EXPECT_FALSE(json.contains("cancelled"));
  ASSERT_EQ(json["cells"].size(), 2u);
  EXPECT_EQ(json["cells"][0]["values"], nlohmann::json::parse(R"({"strength": 0.5})"));
  EXPECT_EQ(json["cells"][1]["values"], nlohmann::json::parse(R"({"strength": 1.0})"));
  EXPECT_EQ(json["cells"][0]["steps_run"], 1);
  EXPECT_EQ(json["cells"][1]["file"], (folder() / ("000002" + ending)).string());
}

// The second picture has the prompt and the drawing of the first.
TEST_F(SweepRunTest, WhatAPictureReusedIsRecordedAndToldAgainTheNextTime) {
  const nlohmann::json nothing = nlohmann::json::array();
  const nlohmann::json both = nlohmann::json::parse(R"(["text", "encode"])");
  SweepRun first = sweep_run();
  ASSERT_TRUE(first.run(engine_, {}, {}));
  nlohmann::json cells = nlohmann::json::parse(first.json(first.write_sheet(), false))["cells"];
  EXPECT_EQ(cells[0]["reused"], nothing);
  EXPECT_EQ(cells[1]["reused"], both);
  std::set<std::pair<std::string, nlohmann::json>> recorded;
  const nlohmann::json written = record();
  for (const nlohmann::json& picture : written["pictures"]) recorded.emplace(picture["file"], picture["reused"]);
  std::set<std::pair<std::string, nlohmann::json>> expected;
  for (const nlohmann::json& cell : cells) {
    expected.emplace(std::filesystem::path(cell["file"].get<std::string>()).filename(), cell["reused"]);
  }
  EXPECT_EQ(recorded, expected);
  SweepRun again = sweep_run();
  ASSERT_TRUE(again.run(engine_, {}, {}));
  EXPECT_EQ(again.made(), 0);
  EXPECT_EQ(again.kept(), 2);
  EXPECT_EQ(nlohmann::json::parse(again.json(again.write_sheet(), false))["cells"], cells)
      << "of the run that made it, not of this one";
}

TEST_F(SweepRunTest, ACancelledSweepKeepsWhatItMadeAndGoesOnWithTheSameSeed) {
  SweepRun stopped = sweep_run();
  const Cancellation cancellation;
  std::vector<std::pair<uint64_t, bool>> seeds;
  const auto on_seed = [&](const std::string&, uint64_t seed, bool is_before) { seeds.emplace_back(seed, is_before); };
  int64_t steps = 0;
  const auto on_step = [&](const Step&) {
    if (++steps == 2) cancellation.cancel();  // the first of the second picture
  };
  EXPECT_FALSE(stopped.run(engine_, {.on_seed = on_seed, .run = RunEvents{.on_step = on_step}}, cancellation));
  EXPECT_EQ(steps, 2);
  EXPECT_EQ(stopped.made(), 1);
  const std::set<std::string> kept = pictures();
  ASSERT_EQ(kept.size(), 1u);
  const std::vector<std::byte> bytes = read_whole_file(folder() / *kept.begin());

  SweepRun on = sweep_run();
  std::vector<int64_t> cells;
  ASSERT_TRUE(on.run(
      engine_,
      {.on_seed = on_seed, .on_cell = [&](int64_t index, int64_t, const PlannedCell&) { cells.push_back(index); }},
      {}));
  EXPECT_EQ(on.made(), 1);
  EXPECT_EQ(on.kept(), 1);
  EXPECT_EQ(cells, std::vector<int64_t>{1}) << "the first is there";
  ASSERT_EQ(seeds.size(), 2u);
  EXPECT_EQ(seeds[0], std::pair(seeds[0].first, false));
  EXPECT_EQ(seeds[1], std::pair(seeds[0].first, true)) << "the same, and said to be drawn before";
  EXPECT_EQ(pictures().size(), 2u);
  EXPECT_EQ(read_whole_file(folder() / *kept.begin()), bytes) << "it is not made again";
  Request second = sweep_base();
  second.steps.strength = 1.0;
  second.noise.seed = seeds[0].first;
  const auto made = folder() / ("000002." + std::to_string(seeds[0].first) + ".png");
  EXPECT_EQ(read_whole_file(made), engine_.run(second).png) << "and the other is that of one run";
}

TEST_F(SweepRunTest, OneThatIsCancelledBeforeItBeginsMakesNothing) {
  SweepRun run = sweep_run();
  const Cancellation cancellation;
  cancellation.cancel();
  EXPECT_FALSE(run.run(engine_, {}, cancellation));
  EXPECT_EQ(run.made(), 0);
  EXPECT_TRUE(pictures().empty());
}

TEST_F(SweepRunTest, WhatCannotRunIsSaidBeforeAnythingIsMadeWithTheNameOfItsCell) {
  const Sweep sweep = make_sweep(sweep_base(), {{"strength", "0.1,1"}, {"semantics", "diffusers"}});
  EXPECT_TRUE(message_of(Code::out_of_range, [&] { planned_cells(Planner(), sweep); }).starts_with("strength 0.1: "));
}

}  // namespace
}  // namespace redraw
