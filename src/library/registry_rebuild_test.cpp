#include "library/registry_rebuild.h"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "library/model_registry.h"
#include "library/model_scan.h"
#include "library/model_test_support.h"
#include "library/model_verify.h"
#include "support/error_of.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

struct RebuildTest : testing::Test {
  TemporaryFolder folder;
  fs::path root = folder / "root";

  // Names that somebody chose, a missing model, a checksum, a place, a default.
  RegistryList make() {
    write_weights(folder, "place/found.safetensors");
    ModelRegistry registry(root);
    registry.add(write_weights(folder, "apart/w.safetensors", 'b'), "my-own-name");
    const fs::path gone = write_weights(folder, "apart/gone.safetensors", 'c');
    registry.add(gone, std::nullopt);
    fs::remove(gone);
    registry.add(link_tiny_model(folder / "root/models/tiny"), "tiny-sd");
    registry.add_place(fs::canonical(folder / "place"));
    scan_models(registry, all_places(registry));
    verify_model(registry, registry.require("my-own-name"));
    registry.set_default("tiny-sd");
    EXPECT_EQ(registry.models().size(), 4U);
    return registry.list();
  }

  void expect_all_back(const RegistryList& before) const {
    const RegistryList now = ModelRegistry(root).list();
    EXPECT_EQ(now.models, before.models);
    EXPECT_EQ(now.places, before.places);
    EXPECT_EQ(now.default_name, "tiny-sd");
  }
};

TEST(RegisteredModel, AFieldThatIsMissingOrOfAnotherTypeIsRefusedByName) {
  const RegisteredModel model{
      .name = "my-sd15",
      .path = "/models/sd15.safetensors",
      .summary =
          ModelSummary{
              .format = "safetensors", .family = "Stable Diffusion 1", .prediction_type = "epsilon", .bytes = 1},
      .modified_ns = 1,
      .added = "2026-11-24T17:55:51Z"};
  const nlohmann::json whole = json_of(model);
  EXPECT_EQ(model_of(whole, "list"), model);
  for (const auto& [field, value] : whole.items()) {
    nlohmann::json without = whole;
    without.erase(field);
    EXPECT_NE(message_of([&] { model_of(without, "list"); }).find(field), std::string::npos);
    nlohmann::json other = whole;
    other[field] = nlohmann::json::array();
    EXPECT_NE(message_of(Code::json_wrong_type, [&] { model_of(other, "list"); }).find(field), std::string::npos);
  }
}

TEST_F(RebuildTest, BringsEverythingBack) {
  const RegistryList before = make();
  fs::remove(root / "models.sqlite");
  rebuild_registry(root);
  expect_all_back(before);
  folder.write("root/models.sqlite", std::string(8192, 'x'));
  folder.write("root/models.sqlite-journal", "of the damaged one");
  rebuild_registry(root);
  expect_all_back(before);
  EXPECT_EQ(fs::file_size(root / "models.sqlite.before-rebuild"), 8192U) << "kept for whoever wants to look";
  EXPECT_FALSE(fs::exists(root / "models.sqlite-journal"));
  rebuild_registry(root);
  expect_all_back(before);
}

TEST_F(RebuildTest, TakesTheDatabaseWhereTheListIsGoneOrDamaged) {
  const RegistryList before = make();
  fs::remove(root / "models.json");
  rebuild_registry(root);
  expect_all_back(before);
  folder.write("root/models.json", "{");
  const std::vector<std::string> lines = rebuild_registry(root);
  EXPECT_NE(lines.front().find("models.json"), std::string::npos) << lines.front();
  expect_all_back(before);
}

TEST_F(RebuildTest, FindsWhatCameAndMovedMeanwhile) {
  make();
  fs::remove(root / "models.sqlite");
  write_weights(folder, "place/new.safetensors", 'd');
  fs::rename(folder / "apart/w.safetensors", folder / "place/renamed.safetensors");
  rebuild_registry(root);
  const ModelRegistry registry(root);
  EXPECT_EQ(registry.require("my-own-name").path.filename(), "renamed.safetensors") << "by its checksum";
  EXPECT_EQ(registry.models().size(), 5U);
}

TEST_F(RebuildTest, BeginsWithTheModelsFolderWhereThereIsNothing) {
  link_tiny_model(folder / "root/models/tiny");
  rebuild_registry(root);
  EXPECT_EQ(ModelRegistry(root).require("tiny").summary.family, "Stable Diffusion 1");
}

TEST_F(RebuildTest, LosesNothingWhereNothingCanBeRead) {
  make();
  folder.write("root/models.json", "{");
  folder.write("root/models.sqlite", std::string(8192, 'x'));
  EXPECT_NE(message_of(Code::registry_unusable, [&] { rebuild_registry(root); }).find("models.json"),
            std::string::npos);
  EXPECT_EQ(fs::file_size(root / "models.sqlite"), 8192U);
}

TEST_F(RebuildTest, LeavesANewerOneAlone) {
  const RegistryList before = make();
  const auto set_version = [&](int version) {
    SQLite::Database((root / "models.sqlite").string(), SQLite::OPEN_READWRITE)
        .exec("PRAGMA user_version = " + std::to_string(version));
  };
  set_version(3);
  message_of(Code::registry_unusable, [&] { rebuild_registry(root); });
  set_version(2);
  expect_all_back(before);
  folder.write("root/models.json", R"({"version": 3, "models": [], "places": [], "default": ""})");
  EXPECT_NE(message_of(Code::registry_unusable, [&] { rebuild_registry(root); }).find("newer redraw"),
            std::string::npos);
}

}  // namespace
}  // namespace redraw
