#include "jobs/rerun.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/input_file.h"
#include "base/sha256.h"
#include "engine/record.h"
#include "image/encode.h"
#include "jobs/record_text.h"
#include "library/model_files.h"
#include "library/model_registry.h"
#include "library/model_verify.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

const fs::path kProject = REDRAW_SOURCE_DIR;
const fs::path kBox = kProject / "models/emoji-128";

class RerunTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::copy_file(kProject / "examples/fire-drawing.png", folder_ / "drawing.png");
    Request request{.prompt = "fire",
                    .inputs = RequestInputs{.init = Picture::file(folder_ / "drawing.png")},
                    .size = RequestSize{.width = 64, .height = 64},
                    .steps = RequestSteps{.strength = 0.5, .steps = 2},
                    .noise = RequestNoise{.seed = 3},
                    .model = RequestModel{.model = kBox.string()}};
    made_ = engine_.run(request);
    write(made_.png);
  }

  fs::path write(const std::vector<std::byte>& png) {
    return folder_.write("out/made.png", {reinterpret_cast<const char*>(png.data()), png.size()});
  }

  // The same picture with a changed record.
  fs::path write_with(const std::string& pointer, const nlohmann::json& value) {
    nlohmann::json record = nlohmann::json::parse(made_.metadata);
    record[nlohmann::json::json_pointer(pointer)] = value;
    return write(encode_png({made_.width, made_.height, made_.rgb}, {{kRecordKeyword, record.dump()}}));
  }

  RerunReport again(const RerunPlaces& places) { return rerun(engine_, folder_ / "out/made.png", places, sums_); }
  RerunPlaces with_box() const { return {.given = {{"model", kBox.string()}}}; }

  static std::vector<std::string> codes(const RerunReport& report) {
    std::vector<std::string> codes;
    for (const Difference& one : report.differences) codes.push_back(one.code);
    return codes;
  }

  TemporaryFolder folder_;
  Engine engine_{2};
  FileSums sums_;
  Result made_;
};

TEST_F(RerunTest, MakesTheSameFile) {
  const RerunReport report = again(with_box());
  EXPECT_TRUE(report.is_same) << report.result.metadata << "\n" << made_.metadata;
  EXPECT_TRUE(report.differences.empty());
  EXPECT_EQ(report.result.png, made_.png);
}

TEST_F(RerunTest, AnotherNameOfTheSameFileIsNoDifference) {
  fs::rename(folder_ / "drawing.png", folder_ / "another.png");
  fs::copy(kBox, folder_ / "my model", fs::copy_options::recursive);
  const RerunReport report =
      again({.given = {{"model", (folder_ / "my model").string()}, {"init", (folder_ / "another.png").string()}}});
  EXPECT_TRUE(report.is_same) << report.result.metadata;
}

TEST_F(RerunTest, TheModelIsFoundByItsSumUnderWhateverName) {
  fs::copy(kBox, folder_ / "some", fs::copy_options::recursive);
  ModelRegistry registry(folder_ / "list");
  static_cast<void>(verify_model(registry, registry.add(folder_ / "some", "my-own")));
  write_with("/model", "gone");
  const RerunReport report = again({.models_root = folder_ / "list"});
  EXPECT_TRUE(report.is_same) << nlohmann::json(codes(report)).dump();
}

// What `models verify` has kept says nothing of files that were changed since, even where size and time are the same.
TEST_F(RerunTest, TheSumOfTheListOnlySaysWhereToLook) {
  const fs::path copy = folder_ / "some";
  fs::copy(kBox, copy, fs::copy_options::recursive);
  ModelRegistry registry(folder_ / "list");
  static_cast<void>(verify_model(registry, registry.add(copy, "my-own")));
  const fs::path unet = copy / "unet/diffusion_pytorch_model.safetensors";
  std::vector<std::byte> bytes = read_whole_file(unet);
  bytes.back() ^= std::byte{1};
  const fs::file_time_type time = fs::last_write_time(unet);
  folder_.write("some/unet/diffusion_pytorch_model.safetensors",
                {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  fs::last_write_time(unet, time);
  write_with("/model", "gone");
  const RerunReport report = again({.models_root = folder_ / "list", .data_folder = folder_ / "no box"});
  EXPECT_FALSE(report.was_run);
  EXPECT_EQ(codes(report), (std::vector<std::string>{"input_missing"}));
}

TEST_F(RerunTest, SaysAllThatIsMissingOrChangedAtOnceAndRunsNothing) {
  folder_.write("drawing.png", "another");
  write_with("/files/model/sha256", std::string(64, 'a'));
  const RerunReport report = again(with_box());
  EXPECT_FALSE(report.was_run);
  ASSERT_EQ(codes(report), (std::vector<std::string>{"input_changed", "input_changed"}));
  const std::string& model = report.differences[0].text;
  EXPECT_NE(model.find(std::string(64, 'a')), std::string::npos) << model;
  EXPECT_NE(model.find(model_sha256(model_files(kBox))), std::string::npos) << model;
  EXPECT_NE(model.find("--model"), std::string::npos) << model;
  const std::string& picture = report.differences[1].text;
  EXPECT_NE(picture.find(sha256_of_file(folder_ / "drawing.png")), std::string::npos) << picture;
  EXPECT_NE(picture.find(sha256_of_file(kProject / "examples/fire-drawing.png")), std::string::npos) << picture;
  EXPECT_NE(picture.find("--init"), std::string::npos) << picture;
  fs::remove(folder_ / "drawing.png");
  EXPECT_EQ(codes(again(with_box())), (std::vector<std::string>{"input_changed", "input_missing"}));
}

TEST_F(RerunTest, TheRightFileInALaterFolderIsTaken) {
  folder_.write("drawing.png", "another");
  fs::create_directory(folder_ / "kept");
  fs::copy_file(kProject / "examples/fire-drawing.png", folder_ / "kept/drawing.png");
  RerunPlaces places = with_box();
  places.folders = {folder_ / "kept"};
  EXPECT_TRUE(again(places).is_same);
}

TEST_F(RerunTest, RunsWithAnotherVersionAndComparesPixels) {
  write_with("/version", "0.0.1");
  const RerunReport report = again(with_box());
  EXPECT_FALSE(report.is_same);
  ASSERT_EQ(codes(report), (std::vector<std::string>{"version"}));
  EXPECT_NE(report.differences[0].text.find("redraw 0.0.1 made it"), std::string::npos);
  EXPECT_EQ(report.different_pixels, 0);
}

TEST_F(RerunTest, SaysWhichFieldsAreOthers) {
  write_with("/plan/steps", 77);
  const RerunReport report = again(with_box());
  ASSERT_EQ(codes(report), (std::vector<std::string>{"record"}));
  EXPECT_EQ(report.differences[0].text, "plan: steps is 77 in the record, and 2 now");
}

TEST_F(RerunTest, SaysWhatOnlyOneOfTheRecordsHolds) {
  nlohmann::json record = nlohmann::json::parse(made_.metadata);
  record["request"].erase("perlin");
  record["request"].erase("eta");
  record["plan"]["line"] = "a line";
  write(encode_png({made_.width, made_.height, made_.rgb}, {{kRecordKeyword, record.dump()}}));
  const RerunReport report = again(with_box());
  ASSERT_EQ(codes(report), (std::vector<std::string>{"record", "record"}));
  EXPECT_EQ(report.differences[0].text, "request: the record does not hold eta, perlin");
  EXPECT_EQ(report.differences[1].text, "plan: only the record holds line");
}

TEST_F(RerunTest, CountsThePixelsThatDiffer) {
  Image edited{made_.width, made_.height, made_.rgb};
  for (const size_t at : {0u, 1u, 300u}) edited.pixels[at] = static_cast<uint8_t>(edited.pixels[at] ^ 0x80);
  write(encode_png(edited, {{kRecordKeyword, made_.metadata}}));
  const RerunReport report = again(with_box());
  ASSERT_EQ(codes(report), (std::vector<std::string>{"pixels", "kernels"}));
  EXPECT_EQ(report.different_pixels, 2);
  EXPECT_EQ(report.largest_difference, 128);
  EXPECT_EQ(report.differences[0].text, "2 of 4096 pixels differ, by at most 128 of 255");
  write_with("/request/seed", 4);
  EXPECT_EQ(codes(again(with_box())), (std::vector<std::string>{"pixels", "kernels"}))
      << "the record tells another story";
}

TEST_F(RerunTest, ARecordWithoutSumsIsRunAndSaidToBeUnsure) {
  fs::copy_file(kProject / "tests/data/records/lists-as-text.png", folder_ / "old.png");
  const RerunReport report = rerun(engine_, folder_ / "old.png", with_box(), sums_);
  EXPECT_TRUE(report.was_run);
  EXPECT_FALSE(report.is_same);
  EXPECT_EQ(report.different_pixels, 0) << "this version makes the same pixels";
  ASSERT_FALSE(report.differences.empty());
  EXPECT_EQ(codes(report).front(), "no_checksum");
}

TEST_F(RerunTest, RefusesAnInputThatThePictureDoesNotHave) {
  RerunPlaces places = with_box();
  places.given["vae"] = kBox.string();
  message_of(Code::usage, [&] { again(places); });
  places = with_box();
  places.given["init"] = (folder_ / "none.png").string();
  message_of(Code::file_not_found, [&] { again(places); });
}

TEST_F(RerunTest, RefusesARecordOfAnotherSizeAndRunsNothing) {
  nlohmann::json record = nlohmann::json::parse(made_.metadata);
  const auto refused = [&](int width, int height) {
    record["request"]["width"] = width;
    record["request"]["height"] = height;
    write(encode_png({made_.width, made_.height, made_.rgb}, {{kRecordKeyword, record.dump()}}));
    const Cancellation cancellation;
    cancellation.cancel();  // so that nothing runs for long where it is not refused
    return message_of(Code::record_malformed,
                      [&] { rerun(engine_, folder_ / "out/made.png", with_box(), sums_, {}, cancellation); });
  };
  const std::string message = refused(8192, 8192);
  EXPECT_NE(message.find("the record is not of this picture: it says 8192x8192, the file has 64x64"), std::string::npos)
      << message;
  refused(64, 128);
}

TEST_F(RerunTest, ANarrowPictureIsOfTheSizeThatWasAskedFor) {
  const std::vector<std::byte> wide = encode_png({128, 64, std::vector<uint8_t>(128 * 64 * 3, 90)});
  folder_.write("wide.png", {reinterpret_cast<const char*>(wide.data()), wide.size()});
  Request request{.prompt = "fire",
                  .inputs = RequestInputs{.init = Picture::file(folder_ / "wide.png")},
                  .size = RequestSize{.width = 64, .height = 64},
                  .steps = RequestSteps{.strength = 0.5, .steps = 2},
                  .noise = RequestNoise{.seed = 3},
                  .model = RequestModel{.model = kBox.string()}};
  made_ = engine_.run(request);
  ASSERT_EQ(made_.height, 32);
  write(made_.png);
  EXPECT_TRUE(again(with_box()).is_same);
}

TEST_F(RerunTest, ACancelledRunComparesNothing) {
  const Cancellation cancellation;
  const RerunReport report = rerun(engine_, folder_ / "out/made.png", with_box(), sums_,
                                   {.on_step = [&](const Step&) { cancellation.cancel(); }}, cancellation);
  EXPECT_TRUE(report.is_cancelled);
  EXPECT_FALSE(report.is_same);
}

TEST_F(RerunTest, IsCancelledWhereItLooksForItsInputs) {
  const Cancellation cancellation;
  cancellation.cancel();
  fs::remove(folder_ / "drawing.png");
  const fs::path other = folder_.write("other.png", "another");
  RerunPlaces places = with_box();
  places.given["init"] = other.string();
  const RerunReport report = rerun(engine_, folder_ / "out/made.png", places, sums_, {}, cancellation);
  EXPECT_TRUE(report.is_cancelled);
  EXPECT_TRUE(report.differences.empty()) << "nothing is known of the inputs";
}

TEST_F(RerunTest, TheRecordAsTextHasEveryField) {
  const Record record = read_record_file(folder_ / "out/made.png");
  const std::string text = record_text(record, "made.png");
  const nlohmann::json fields = nlohmann::json::parse(record.text)["request"];
  ASSERT_GT(fields.size(), 15u);
  for (const auto& [name, value] : fields.items()) {
    EXPECT_NE(text.find("  " + name + (value == "" ? "\n" : " ")), std::string::npos) << name << "\n" << text;
  }
  EXPECT_NE(text.find(record.files.at("model").sha256), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(record_line_json(record, "made.png"))["record"], nlohmann::json::parse(record.text));
}

}  // namespace
}  // namespace redraw
