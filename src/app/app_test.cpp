#include <cerrno>
#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "app/fields.h"
#include "app/output_folder.h"
#include "app/settings.h"
#include "base/error.h"
#include "redraw/engine.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

TEST(Fields, EveryFieldReadsBackWhatItPrints) {
  for (const Field& field : request_fields()) {
    EXPECT_EQ(&find_field(field.name), &field) << field.name << " stands twice";
    EXPECT_FALSE(field.help.empty()) << field.name;
    EXPECT_FALSE(field.since.empty()) << field.name;
    if (field.fallback.empty()) continue;
    const FieldValue value = parse_field(field, field.fallback);
    EXPECT_EQ(field_text(value), field.fallback);
    Request request;
    set_field(request, field, value);
    EXPECT_EQ(get_field(request, field), value);
  }
}

TEST(Fields, NumbersAreRefusedWithTheirRange) {
  const Field& strength = find_field("strength");
  for (const char* text : {"0", "-0.5", "1.5", "inf", "1e999"}) {
    EXPECT_NE(message_of(Code::out_of_range, [&] { parse_field(strength, text); }).find("above 0, at most 1"),
              std::string::npos)
        << text;
  }
  for (const char* text : {"nan", "", "x", "0.5x", " 0.5", "0,5"}) {
    message_of(Code::not_a_number, [&] { parse_field(strength, text); });
  }
  EXPECT_EQ(std::get<double>(parse_field(strength, "1")), 1.0);
  message_of(Code::out_of_range, [] { parse_field(find_field("steps"), "0"); });
  message_of(Code::not_a_number, [] { parse_field(find_field("steps"), "2.5"); });
  message_of(Code::out_of_range, [] { parse_field(find_field("seed"), "4294967296"); });
  message_of(Code::out_of_range, [] { check_field(find_field("strength"), FieldValue(1.0000001)); });
  message_of(Code::not_a_number, [] { check_field(find_field("strength"), FieldValue(std::nan(""))); });
}

TEST(Fields, UnknownNamesSuggestTheNearest) {
  EXPECT_NE(message_of(Code::unknown_field, [] { find_field("stength"); }).find("'strength'"), std::string::npos);
  EXPECT_NE(message_of(Code::unknown_name, [] { parse_field(find_field("sampler"), "eular"); }).find("'euler'"),
            std::string::npos);
}

TEST(Settings, TheOrderIsRequestModelProgram) {
  const TemporaryFolder folder;
  folder.write("redraw.json", R"({"cfg_scale": 4, "steps": 12})");
  const ModelDefaults model = read_model_defaults(folder.path());
  Request request;
  request.steps = 7;
  const Settings settings = resolve(request, model);
  EXPECT_EQ(settings.values.steps, 7);
  EXPECT_EQ(settings.origin("steps"), Origin::request);
  EXPECT_EQ(settings.values.cfg_scale, 4.0);
  EXPECT_EQ(settings.origin("cfg_scale"), Origin::model);
  EXPECT_EQ(settings.values.strength, 0.75);
  EXPECT_EQ(settings.origin("strength"), Origin::program);
  EXPECT_FALSE(settings.values.seed) << "an open seed is drawn later";
}

TEST(Settings, AModelMayNotSetEverythingAndItsMistakesNameTheFile) {
  const TemporaryFolder folder;
  folder.write("redraw.json", R"({"prompt": "fire"})");
  EXPECT_NE(message_of(Code::model_unsupported, [&] { read_model_defaults(folder.path()); }).find("redraw.json"),
            std::string::npos);
  folder.write("redraw.json", R"({"cgf_scale": 4})");
  EXPECT_NE(message_of(Code::unknown_field, [&] { read_model_defaults(folder.path()); }).find("'cfg_scale'"),
            std::string::npos);
  folder.write("redraw.json", R"({"steps": 0})");
  message_of(Code::out_of_range, [&] { read_model_defaults(folder.path()); });
  folder.write("redraw.json", R"({"steps": "many"})");
  message_of(Code::usage, [&] { read_model_defaults(folder.path()); });
}

TEST(Settings, StrengthNeedsAPicture) {
  Request request;
  request.strength = 0.5;
  message_of(Code::usage, [&] { resolve(request, {}); });
}

std::vector<std::byte> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()),
          reinterpret_cast<const std::byte*>(text.data()) + text.size()};
}

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

TEST(OutputFolder, CountsOnFromTheHighestAndNeverOverwrites) {
  const TemporaryFolder temporary;
  temporary.write("out/000041.7.png", "old");
  temporary.write("out/note.txt", "x");
  OutputFolder folder(temporary / "out");
  const auto bytes = bytes_of("new");
  const OutputFile files[] = {{.tag = "", .bytes = bytes}, {.tag = "steps", .bytes = bytes}};
  const auto paths = folder.save(7, files);
  EXPECT_EQ(paths[0].filename(), "000042.7.png");
  EXPECT_EQ(paths[1].filename(), "000042.7.steps.png");
  EXPECT_EQ(names_in(temporary / "out"),
            (std::set<std::string>{"000041.7.png", "000042.7.png", "000042.7.steps.png", "note.txt"}));
}

TEST(OutputFolder, ManyWritersGetACounterEach) {
  const TemporaryFolder temporary;
  constexpr int kWriters = 8, kEach = 20;
  std::vector<std::thread> writers;
  writers.reserve(kWriters);
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      OutputFolder folder(temporary.path());
      const auto bytes = bytes_of("picture");
      const OutputFile file{.tag = "", .bytes = bytes};
      for (int i = 0; i < kEach; ++i) folder.save(static_cast<uint64_t>(w), {&file, 1});
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::set<std::string> counters;
  for (const std::string& name : names_in(temporary.path())) counters.insert(name.substr(0, 6));
  EXPECT_EQ(counters.size(), static_cast<size_t>(kWriters * kEach));
  EXPECT_EQ(*counters.rbegin(), "000160");
}

TEST(OutputFolder, AFullDiskAtAnyWriteLeavesNothingBehind) {
  const auto bytes = bytes_of(std::string(1000, 'x'));
  const OutputFile files[] = {{.tag = "", .bytes = bytes}, {.tag = "steps", .bytes = bytes}};
  for (int fail_at = 0; fail_at < 4; ++fail_at) {
    const TemporaryFolder temporary;
    int calls = 0;
    OutputFolder folder(temporary.path(), [&](int descriptor, const void* data, size_t count) -> int64_t {
      if (calls++ == fail_at) {
        errno = ENOSPC;
        return -1;
      }
      return ::write(descriptor, data, std::min<size_t>(count, 500));  // short writes, as a filling disk makes
    });
    EXPECT_NE(message_of(Code::disk_full, [&] { folder.save(1, files); }).find("make room"), std::string::npos);
    EXPECT_TRUE(names_in(temporary.path()).empty()) << "failing write " << fail_at;
  }
}

TEST(OutputFolder, AFolderThatCannotBeMadeIsRefusedBeforeAnythingRuns) {
  const TemporaryFolder temporary;
  temporary.write("file", "x");
  message_of(Code::output_not_writable, [&] { OutputFolder folder(temporary / "file/out"); });
}

Request small_request() {
  return {.prompt = "fire",
          .init = std::string(REDRAW_SOURCE_DIR) + "/examples/fire-drawing.png",
          .strength = 0.5,
          .steps = 4,
          .seed = 3,
          .model = std::string(REDRAW_SOURCE_DIR) + "/models/emoji-128"};
}

TEST(Engine, EqualRequestsGiveEqualBytes) {
  Engine engine(2);
  const Result first = engine.run(small_request());
  const Result again = engine.run(small_request());
  EXPECT_EQ(first.png, again.png);
  Engine other(2);
  EXPECT_EQ(first.png, other.run(small_request()).png);
  Request different = small_request();
  different.seed = 4;
  EXPECT_NE(first.rgb, engine.run(different).rgb);
}

TEST(Engine, StatesThePlanAndWritesItIntoTheMetadata) {
  Engine engine(2);
  std::vector<std::string> lines;
  std::vector<double> timesteps;
  const Result result =
      engine.run(small_request(), {.on_line = [&](const std::string& line) { lines.push_back(line); },
                                   .on_step = [&](const Step& step) { timesteps.push_back(step.timestep); }});
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], "picture kept at 128x128");
  EXPECT_TRUE(lines[1].starts_with("strength 0.5 x 4 steps: running 2 of 4, from t=251, sigma=")) << lines[1];
  EXPECT_EQ(timesteps, (std::vector<double>{251, 1}));
  const nlohmann::json metadata = nlohmann::json::parse(result.metadata);
  EXPECT_EQ(metadata["plan"]["steps_run"], 2);
  EXPECT_EQ(metadata["plan"]["line"], lines[1]);
  EXPECT_EQ(metadata["request"]["cfg_scale"], 4.0);
  EXPECT_EQ(metadata["origins"]["cfg_scale"], "model");
  EXPECT_EQ(metadata["request"]["init"], "fire-drawing.png");
  EXPECT_EQ(result.steps_run, 2);
}

TEST(Engine, CancellingEndsTheRunWithinAStep) {
  Engine engine(2);
  Request request = small_request();
  request.steps = 40;
  int64_t steps = 0;
  const Result result = engine.run(request, {.on_line = {}, .on_step = [&](const Step& step) {
                                               steps = step.index + 1;
                                               if (steps == 2) engine.cancel();
                                             }});
  EXPECT_TRUE(result.cancelled);
  EXPECT_EQ(result.steps_run, 2);
  EXPECT_TRUE(result.png.empty());
}

TEST(Engine, MakesTheStripAndTheIntermediatesThatWereAskedFor) {
  Engine engine(2);
  Request request = small_request();
  request.step_strip = true;
  request.save_intermediates = 2;
  const Result result = engine.run(request);
  ASSERT_EQ(result.extras.size(), 2u);
  EXPECT_EQ(result.extras[0].tag, "step-02");
  EXPECT_EQ(result.extras[1].tag, "steps");
  const Result plain = engine.run(small_request());
  EXPECT_EQ(plain.rgb, result.rgb) << "looking on changes nothing";
}

TEST(Engine, ADrawnSeedIsReportedAndReproduces) {
  Engine engine(2);
  Request request = small_request();
  request.seed.reset();
  const Result drawn = engine.run(request);
  request.seed = static_cast<int64_t>(drawn.seed);
  EXPECT_EQ(engine.run(request).rgb, drawn.rgb);
}

TEST(Engine, SizesThatAreNoMultiplesOf8AreRefusedWithTheNearest) {
  Engine engine(2);
  Request request = small_request();
  request.init.clear();
  request.strength.reset();
  request.width = 100;
  request.height = 128;
  EXPECT_NE(message_of(Code::bad_size, [&] { engine.run(request); }).find("the nearest are 96 and 104"),
            std::string::npos);
}

}  // namespace
}  // namespace redraw
