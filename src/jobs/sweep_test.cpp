#include "jobs/sweep.h"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "image/decode/decode.h"
#include "image/encode.h"
#include "jobs/request_key.h"
#include "jobs/sweep_record.h"
#include "jobs/sweep_sheet.h"
#include "library/model_test_support.h"
#include "redraw/engine.h"
#include "request/field_value.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

std::vector<std::string> texts_of(const char* field, std::string_view text) {
  std::vector<std::string> texts;
  for (const FieldValue& value : parse_values(find_field(field), text)) texts.push_back(field_text(value));
  return texts;
}

using Texts = std::vector<std::string>;

TEST(ParseValues, CountsInDecimals) {
  EXPECT_EQ(texts_of("strength", "0.3:0.9:0.1"), (Texts{"0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"}));
  // Each is the double that is typed: adding 0.1 up would give 0.7999999999999999.
  EXPECT_EQ(std::get<double>(parse_values(find_field("strength"), "0.1:1:0.1")[7]), 0.8);
  EXPECT_EQ(texts_of("strength", "0.30:0.5:0.05"), (Texts{"0.3", "0.35", "0.4", "0.45", "0.5"}));
  EXPECT_EQ(texts_of("strength", "0.3:0.55:0.1"), (Texts{"0.3", "0.4", "0.5"})) << "the end where it is met";
  EXPECT_EQ(texts_of("cfg_scale", "1:10:4.5"), (Texts{"1", "5.5", "10"}));
  EXPECT_EQ(texts_of("steps", "10:50:20"), (Texts{"10", "30", "50"}));
  EXPECT_EQ(texts_of("seed", "4294967294:4294967295:1"), (Texts{"4294967294", "4294967295"}));
}

TEST(ParseValues, TakesListsAndRangesInTheirOrder) {
  EXPECT_EQ(texts_of("steps", "10,30,29,50"), (Texts{"10", "30", "29", "50"}));
  EXPECT_EQ(texts_of("strength", "0.9, 0.1:0.3:0.1"), (Texts{"0.9", "0.1", "0.2", "0.3"}));
  EXPECT_EQ(texts_of("sampler", "lms, plms,ddim_k"), (Texts{"lms", "plms", "ddim_k"}));
}

TEST(ParseValues, RefusesAsSingleValuesAreRefused) {
  const Field& strength = find_field("strength");
  EXPECT_EQ(message_of(Code::out_of_range, [&] { parse_values(strength, "0.3:1.2:0.1"); }),
            message_of(Code::out_of_range, [&] { parse_field(strength, "1.2"); }));
  EXPECT_EQ(message_of(Code::unknown_name, [&] { parse_values(find_field("sampler"), "lms,eular"); }),
            message_of(Code::unknown_name, [&] { parse_field(find_field("sampler"), "eular"); }));
  message_of(Code::not_a_number, [&] { parse_values(strength, "0.3,,0.4"); });
  message_of(Code::not_a_number, [&] { parse_values(find_field("steps"), "10:20.5:1"); });
  for (const char* text : {"0.3:0.9", "0.3:0.9:0.1:0.1", "0.3:0.9:-0.1", "0.3:0.9:", "1e-1:0.5:0.1", "0.3,0.5,0.3",
                           "0.3:0.5:0.1,0.4", "0.3:0.9:0.00000000000000000000001"}) {
    message_of(Code::usage, [&] { parse_values(strength, text); });
  }
  for (const char* text : {"0.9:0.3:0.1", "0.3:0.9:0", "0.3:0.9:0.0", "0.1:0.9:0.000000001"}) {
    message_of(Code::out_of_range, [&] { parse_values(strength, text); });
  }
  message_of(Code::out_of_range, [] { parse_values(find_field("seed"), "0:4294967295:1"); });
  EXPECT_EQ(texts_of("seed", "18446744073709551613:18446744073709551615:2"),
            (Texts{"18446744073709551613", "18446744073709551615"}));
}

TEST(Sweep, IsEveryCombinationWithTheStrengthsAsColumns) {
  const Sweep sweep = make_sweep({.prompt = "fire"}, {{"strength", "0.4,0.7"}, {"steps", "10,30"}, {"seed", "7"}});
  EXPECT_EQ(sweep.base.noise.seed, 7) << "one value is shared";
  EXPECT_EQ(sweep.columns(), 2);
  const std::vector<SweepCell> cells = sweep_cells(sweep);
  std::vector<std::string> names;
  names.reserve(cells.size());
  for (const SweepCell& cell : cells) names.push_back(cell.name());
  EXPECT_EQ(names, (Texts{"10 steps, strength 0.4", "10 steps, strength 0.7", "30 steps, strength 0.4",
                          "30 steps, strength 0.7"}));
  EXPECT_EQ(cells[2].request.steps.steps, 30);
  EXPECT_EQ(cells[2].request.steps.strength, 0.4);
  EXPECT_EQ(cells[2].request.noise.seed, 7);
  const std::vector<SweepCell> many = sweep_cells(
      make_sweep({}, {{"strength", "0.4,0.7"}, {"steps", "10,30"}, {"sampler", "lms,ddim"}, {"cfg_scale", "4,7.5"}}));
  EXPECT_EQ(many.size(), 16u);
  EXPECT_EQ(many.back().name(), "ddim, cfg 7.5, 30 steps, strength 0.7");
}

TEST(Sweep, RefusesNothingAndTooMuch) {
  message_of(Code::usage, [] { make_sweep({}, {{"strength", "0.4"}}); });
  message_of(Code::usage, [] { make_sweep({}, {}); });
  message_of(Code::out_of_range, [] { make_sweep({}, {{"seed", "1:100:1"}, {"steps", "1:11:1"}}); });
  EXPECT_EQ(make_sweep({}, {{"seed", "1:100:1"}, {"steps", "1:10:1"}}).cells(), 1000);
}

TEST(RequestKeys, TellRequestsApartByWhatIsInThePicture) {
  const TemporaryFolder folder;
  const std::string a = folder.write("a/x.png", "one").string();
  const std::string b = folder.write("b/x.png", "one").string();
  const std::string c = folder.write("c/x.png", "two").string();
  const auto key = [](const Request& request) { return RequestKeys().of(request); };
  EXPECT_EQ(key({.prompt = "fire", .inputs = RequestInputs{.init = Picture::file(a)}}),
            key({.prompt = "fire", .inputs = RequestInputs{.init = Picture::file(b)}}));
  EXPECT_NE(key({.prompt = "fire", .inputs = RequestInputs{.init = Picture::file(a)}}),
            key({.prompt = "fire", .inputs = RequestInputs{.init = Picture::file(c)}}));
  EXPECT_NE(
      key({.prompt = "fire", .inputs = RequestInputs{.init = Picture::file(a)}}),
      key({.prompt = "fire", .inputs = RequestInputs{.init = Picture::file(a)}, .noise = RequestNoise{.seed = 1}}));
  const auto with_memory = [](double gib) { return Request{.output = RequestOutput{.max_memory = gib}}; };
  EXPECT_EQ(key(with_memory(8)), key({})) << "how it is run is not what it is";
  EXPECT_NE(key({.prompt = "fi\xffre"}), "") << "what is not UTF-8 is somebody else's to refuse";
  message_of(Code::file_not_found,
             [&] { key({.inputs = RequestInputs{.init = Picture::file((folder / "d.png").string())}}); });
  const auto id = [&](const char* strengths) {
    return RequestKeys().id_of(
        make_sweep({.inputs = RequestInputs{.init = Picture::file(a)}}, {{"strength", strengths}}));
  };
  EXPECT_EQ(id("0.1,0.2"), id("0.1:0.2:0.1"));
  EXPECT_NE(id("0.1,0.2"), id("0.1,0.3"));
  EXPECT_EQ(id("0.1,0.2").size(), 8u);
}

Image square(uint8_t grey, int64_t side = 64) {
  return {.width = side, .height = side, .pixels = std::vector<uint8_t>(static_cast<size_t>(side * side * 3), grey)};
}

// Puts a picture with this metadata into the folder.
void write_picture(const TemporaryFolder& folder, const std::string& name, const std::string& metadata) {
  const std::vector<std::byte> png = encode_png(square(100), {{"redraw", metadata}});
  folder.write(name, {reinterpret_cast<const char*>(png.data()), png.size()});
}

TEST(RequestKeys, AModelWhoseFileWasChangedIsAnotherModel) {
  const TemporaryFolder folder;
  const std::string model = write_weights(folder, "m.safetensors", 'a').string();
  const auto key = [&] { return RequestKeys().of({.model = RequestModel{.model = model}}); };
  const std::string before = key();
  EXPECT_EQ(key(), before);
  std::filesystem::last_write_time(model, std::filesystem::last_write_time(model) + std::chrono::seconds(5));
  EXPECT_NE(key(), before);
}

TEST(SweepRecord, FindsWhatIsThereAndOnlyThat) {
  const TemporaryFolder folder;
  write_picture(folder, "000001.7.png", "{\"a\":1}");
  const std::string key = R"({"prompt":"fire","seed":7,"strength":0.7})";
  const CellRecord record{
      .file = "000001.7.png", .metadata = metadata_hash("{\"a\":1}"), .steps_run = 7, .steps = 10, .seconds = 0.5};
  SweepRecord(folder.path()).add(key, record);
  const SweepRecord read(folder.path());
  ASSERT_NE(read.find(key), nullptr);
  EXPECT_EQ(read.find(key)->file, record.file);
  EXPECT_EQ(read.find(key)->steps_run, 7);
  EXPECT_EQ(read.find(key)->seconds, 0.5);
  EXPECT_EQ(read.find(R"({"prompt":"fire","seed":8,"strength":0.7})"), nullptr);
  write_picture(folder, "000001.7.png", "{\"a\":2}");
  EXPECT_EQ(read.find(key), nullptr) << "another picture of that name";
  folder.write("000001.7.png", "no picture");
  EXPECT_EQ(read.find(key), nullptr);
  std::filesystem::remove(folder / "000001.7.png");
  EXPECT_EQ(read.find(key), nullptr);
}

TEST(SweepRecord, KeepsTheSeedsThatWereDrawn) {
  const TemporaryFolder folder;
  SweepRecord(folder.path()).set_drawn("0123abcd", "seed", UINT64_MAX);
  const SweepRecord read(folder.path());
  EXPECT_EQ(read.drawn("0123abcd", "seed"), UINT64_MAX);
  EXPECT_FALSE(read.drawn("0123abcd", "variation_seed"));
  EXPECT_FALSE(read.drawn("0123abce", "seed"));
}

TEST(SweepRecord, LeavesOutWhatAnotherVersionMade) {
  const TemporaryFolder folder;
  write_picture(folder, "000001.7.png", "{}");
  SweepRecord(folder.path()).add("{}", {.file = "000001.7.png", .metadata = metadata_hash("{}")});
  ASSERT_NE(SweepRecord(folder.path()).find("{}"), nullptr);
  std::ifstream file(folder / "sweep.json");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  text.replace(text.find(version()), version().size(), "0.0.1");
  folder.write("sweep.json", text);
  EXPECT_EQ(SweepRecord(folder.path()).find("{}"), nullptr);
}

TEST(SweepRecord, RefusesAFileThatItDidNotWrite) {
  for (const char* text :
       {"", "[]", "{}", R"({"drawn": 1, "pictures": []})", R"({"drawn": {}, "pictures": [1]})",
        R"({"drawn": {"a": {"seed": -1}}, "pictures": []})", R"({"drawn": {}, "pictures": [{"request": {}}]})"}) {
    const TemporaryFolder folder;
    folder.write("sweep.json", text);
    EXPECT_NE(message_of([&] { SweepRecord{folder.path()}; }).find("sweep.json"), std::string::npos) << text;
  }
}

TEST(SweepSheet, HoldsAllPicturesSmallEnough) {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, int64_t side) {
    const std::vector<std::byte> png = encode_png(square(100, side));
    folder.write(name, {reinterpret_cast<const char*>(png.data()), png.size()});
  };
  write("large.png", 512);
  write("small.png", 64);
  const auto sheet_of = [&](const char* file, const std::map<std::string_view, std::string>& texts) {
    const Sweep sweep = make_sweep({.prompt = "fire"}, texts);
    const std::vector<CellRecord> records(static_cast<size_t>(sweep.cells()),
                                          {.file = file, .steps_run = 7, .steps = 10, .seconds = 1});
    return decode_image(sweep_sheet(sweep, records, folder.path()), "sheet").image;
  };
  const Image six = sheet_of("large.png", {{"strength", "0.4,0.7"}, {"steps", "10,30,50"}});
  EXPECT_GT(six.width, 2 * 256);
  EXPECT_LT(six.width, 2 * 256 + 250);
  EXPECT_GT(six.height, 3 * 256);
  EXPECT_LT(sheet_of("large.png", {{"strength", "0.4,0.7"}}).height, six.height / 2);
  // More rows than a table could hold.
  const Image most = sheet_of("small.png", {{"seed", "1:170:1"}, {"strength", "0.4,0.7"}});
  EXPECT_LE(std::max(most.width, most.height), 20'000);
}

}  // namespace
}  // namespace redraw
