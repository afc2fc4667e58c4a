#include "library/model_scan.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/error.h"
#include "library/model_files.h"
#include "library/model_test_support.h"
#include "library/model_verify.h"
#include "support/error_of.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

struct ScanTest : testing::Test {
  TemporaryFolder folder;
  ModelRegistry registry{folder / "root"};

  fs::path place() const {
    fs::create_directories(folder / "place");
    return fs::canonical(folder / "place");
  }

  // "added w", "missing v": what a scan reports, in its order.
  std::vector<std::string> scan() {
    const fs::path places[] = {place()};
    std::vector<std::string> events;
    for (const ScanLine& line : scan_models(registry, places)) {
      EXPECT_TRUE(line.text.starts_with(event_name(line.event))) << line.text;
      EXPECT_NE(line.text.find(line.path.string()), std::string::npos) << line.text;
      events.push_back(std::string(event_name(line.event)) + (line.name.empty() ? "" : " " + line.name));
    }
    return events;
  }

  Verification verify(const std::string& name) { return verify_model(registry, registry.require(name)); }
};
using Events = std::vector<std::string>;

TEST_F(ScanTest, FindsFilesAndFoldersAndSkipsWhatIsNoModel) {
  write_weights(folder, "place/a.safetensors");
  write_weights(folder, "place/deep/er/b.safetensors");
  write_weights(folder, "place/.hidden/c.safetensors");
  write_weights(folder, "elsewhere/d.safetensors");
  link_tiny_model(folder / "place/tiny");
  folder.write("place/notes.txt", "no model");
  folder.write("place/broken.safetensors", "no model");
  fs::create_directory_symlink(folder / "place", folder / "place/deep/circle");
  EXPECT_EQ(scan(), (Events{"added a", "skipped", "added b", "added tiny"}));
  EXPECT_EQ(scan(), Events{"skipped"});
  EXPECT_EQ(registry.models().size(), 3U) << "not the weights inside a folder's parts";
}

TEST_F(ScanTest, NothingFoundMakesNothing) {
  EXPECT_EQ(scan(), Events{});
  EXPECT_FALSE(fs::exists(registry.root()));
}

TEST_F(ScanTest, GivesNamesakesANumber) {
  write_weights(folder, "place/1/w.safetensors", 'a');
  write_weights(folder, "place/2/W.safetensors", 'b');
  write_weights(folder, "place/emoji-128.safetensors", 'c');
  EXPECT_EQ(scan(), (Events{"added w", "added W-2", "added emoji-128-2"}));
}

TEST_F(ScanTest, FollowsWhatMovedByItsNameAndTime) {
  write_weights(folder, "place/w.safetensors", 'a', 100);
  scan();
  fs::create_directory(place() / "new");
  write_weights(folder, "place/early/w.safetensors", 'a', 50);  // searched first, but with another time
  fs::rename(place() / "w.safetensors", place() / "new/w.safetensors");
  EXPECT_EQ(scan(), (Events{"added w-2", "moved w"}));
  EXPECT_EQ(registry.require("w").path, place() / "new/w.safetensors");
  EXPECT_EQ(registry.require("w-2").path, place() / "early/w.safetensors");
  EXPECT_EQ(scan(), Events{});
}

TEST_F(ScanTest, FollowsWhatMovedByItsChecksumWhereThatIsKnown) {
  write_weights(folder, "place/w.safetensors", 'a', 100);
  scan();
  EXPECT_EQ(verify("w").state, VerifyState::recorded);
  const std::string sha256 = registry.require("w").sha256;
  fs::remove(place() / "w.safetensors");
  write_weights(folder, "place/new/w.safetensors", 'b', 100);  // the same in everything but the bytes
  write_weights(folder, "place/renamed.safetensors", 'a', 5);
  EXPECT_EQ(scan(), (Events{"added w-2", "moved w"}));
  EXPECT_EQ(registry.require("w").path, place() / "renamed.safetensors");
  EXPECT_EQ(registry.require("w").sha256, sha256);
}

TEST_F(ScanTest, FollowsAFolder) {
  link_tiny_model(folder / "place/tiny");
  scan();
  registry.set_default("tiny");
  fs::create_directory(place() / "new");
  fs::rename(place() / "tiny", place() / "new/tiny");
  EXPECT_EQ(scan(), Events{"moved tiny"});
  EXPECT_EQ(registry.default_name(), "tiny");
}

TEST_F(ScanTest, SaysWhatIsGoneAndKeepsIt) {
  write_weights(folder, "place/w.safetensors");
  scan();
  fs::remove(place() / "w.safetensors");
  EXPECT_EQ(scan(), Events{"missing w"});
  EXPECT_EQ(scan(), Events{"missing w"});
  EXPECT_EQ(state_of(registry.require("w")), ModelState::missing);
  EXPECT_EQ(verify("w").code, Code::file_not_found);
}

TEST_F(ScanTest, BringsUpToDateWhatChangedButNotItsChecksum) {
  write_weights(folder, "place/w.safetensors", 'a', 100);
  scan();
  verify("w");
  const RegisteredModel before = registry.require("w");
  write_weights(folder, "place/w.safetensors", 'b', 50);
  EXPECT_EQ(state_of(before), ModelState::changed);
  EXPECT_EQ(scan(), Events{"changed w"});
  EXPECT_EQ(state_of(registry.require("w")), ModelState::unchanged);
  const Verification found = verify("w");
  EXPECT_EQ(found.state, VerifyState::changed);
  EXPECT_EQ(found.code, Code::model_changed);
  EXPECT_EQ(registry.require("w").sha256, before.sha256) << "not accepted in silence";
  EXPECT_EQ(verify("w").state, VerifyState::changed);
}

TEST_F(ScanTest, APlaceThatIsGoneIsSaid) {
  const fs::path places[] = {folder / "unplugged"};
  const std::vector<ScanLine> lines = scan_models(registry, places);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].event, ScanEvent::skipped);
  EXPECT_NE(lines[0].text.find("unplugged"), std::string::npos);
}

TEST_F(ScanTest, VerifyingReadsEveryByteOfAFolder) {
  // A copy of its own, because the test writes to it.
  fs::create_directories(place());
  fs::copy(tiny_model(), place() / "tiny", fs::copy_options::recursive);
  scan();
  EXPECT_EQ(verify("tiny").state, VerifyState::recorded);
  EXPECT_EQ(verify("tiny").state, VerifyState::same);
  folder.write("place/tiny/README.md", "a card is none of the model's files");
  EXPECT_EQ(verify("tiny").state, VerifyState::same);
  EXPECT_EQ(state_of(registry.require("tiny")), ModelState::unchanged);
  const fs::path weights = place() / "tiny/unet/diffusion_pytorch_model.safetensors";
  const fs::file_time_type time = fs::last_write_time(weights);
  {
    std::fstream file(weights, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-1, std::ios::end);
    file.put('\x5a');
  }
  fs::last_write_time(weights, time);
  EXPECT_EQ(state_of(registry.require("tiny")), ModelState::unchanged) << "size and time are the same";
  EXPECT_EQ(verify("tiny").state, VerifyState::changed);
  fs::resize_file(weights, 100);
  EXPECT_EQ(verify("tiny").state, VerifyState::damaged);
}

TEST_F(ScanTest, TheChecksumOfAFolderIsThatOfWhatSha256sumPrints) {
  fs::create_directories(place());
  const ModelFiles files = model_files(tiny_model());
  EXPECT_TRUE(files.is_folder);
  EXPECT_TRUE(std::ranges::is_sorted(files.names));
  std::string command = "cd '" + files.path.string() + "' && sha256sum";
  for (const std::string& name : files.names) command += " " + name;
  command += " | sha256sum > '" + (folder / "sum").string() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::ifstream sum(folder / "sum");
  std::string expected;
  sum >> expected;
  EXPECT_EQ(model_sha256(files), expected);
}

}  // namespace
}  // namespace redraw
