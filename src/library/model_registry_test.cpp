#include "library/model_registry.h"

#include <SQLiteCpp/Database.h>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "library/model_test_support.h"
#include "support/error_of.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

std::set<std::string> names_of(const ModelRegistry& registry) {
  std::set<std::string> names;
  for (const RegisteredModel& model : registry.models()) names.insert(model.name);
  return names;
}

TEST(ModelRegistry, ReadingMakesNothing) {
  const TemporaryFolder folder;
  ModelRegistry registry(folder / "root");
  EXPECT_TRUE(registry.models().empty());
  EXPECT_TRUE(registry.places().empty());
  EXPECT_EQ(registry.default_name(), "");
  registry.set_default("emoji-128");
  message_of(Code::model_unknown, [&] { registry.remove("x"); });
  EXPECT_FALSE(fs::exists(folder / "root"));
}

TEST(ModelRegistry, KeepsWhatIsAddedWhereItLies) {
  const TemporaryFolder folder;
  const fs::path file = write_weights(folder, "m/Some Weights.safetensors");
  const fs::path model = link_tiny_model(folder / "m/tiny");
  {
    ModelRegistry registry(folder / "root");
    EXPECT_EQ(registry.add(file, std::nullopt).name, "Some Weights");
    registry.add(folder / "m/../m/tiny/", "my-sd15");
  }
  const ModelRegistry registry(folder / "root");
  const RegisteredModel weights = registry.require("some WEIGHTS");
  EXPECT_EQ(weights.name, "Some Weights");
  EXPECT_EQ(weights.path, file);
  EXPECT_FALSE(weights.is_folder);
  EXPECT_EQ(weights.summary.format, "safetensors");
  EXPECT_EQ(weights.summary.family, "Stable Diffusion 1");
  EXPECT_EQ(weights.summary.bytes, fs::file_size(file));
  EXPECT_EQ(weights.sha256, "");
  EXPECT_EQ(weights.added.size(), std::string("2026-11-24T17:55:51Z").size());
  const RegisteredModel tiny = registry.require("my-sd15");
  EXPECT_EQ(tiny.path, model);
  EXPECT_TRUE(tiny.is_folder);
  EXPECT_EQ(tiny.summary.family, "Stable Diffusion 1");
  EXPECT_EQ(tiny.summary.prediction_type, "epsilon");
  EXPECT_GT(tiny.summary.bytes, 30'000'000U);
  EXPECT_EQ(names_of(registry), (std::set<std::string>{"Some Weights", "my-sd15"}));
}

TEST(ModelRegistry, RefusesANameOrAPathTwice) {
  const TemporaryFolder folder;
  const fs::path one = write_weights(folder, "one/w.safetensors");
  const fs::path two = write_weights(folder, "two/W.safetensors");
  ModelRegistry registry(folder / "root");
  registry.add(one, std::nullopt);
  EXPECT_NE(message_of(Code::model_name_taken, [&] { registry.add(two, std::nullopt); }).find("--name W-2"),
            std::string::npos)
      << "names differ by more than case";
  EXPECT_NE(message_of(Code::model_name_taken, [&] { registry.add(one, "other"); }).find("'w'"), std::string::npos);
  message_of(Code::model_name_taken, [&] { registry.add(two, "emoji-128"); });
  const fs::path box = write_weights(folder, "emoji-128.safetensors");
  EXPECT_NE(message_of(Code::model_name_taken, [&] { registry.add(box, std::nullopt); }).find("emoji-128-2"),
            std::string::npos);
  registry.add(two, "W-2");
  EXPECT_EQ(names_of(registry), (std::set<std::string>{"w", "W-2"}));
}

TEST(ModelRegistry, RefusesWhatIsNoModelWithTheReason) {
  const TemporaryFolder folder;
  ModelRegistry registry(folder / "root");
  message_of(Code::file_not_found, [&] { registry.add(folder / "none", std::nullopt); });
  message_of(Code::model_not_a_folder, [&] { registry.add(folder.path(), std::nullopt); });
  message_of(Code::safetensors_too_short, [&] { registry.add(folder.write("a.safetensors", "x"), std::nullopt); });
  const fs::path incomplete = link_tiny_model(folder / "incomplete");
  fs::remove_all(incomplete / "vae");
  message_of(Code::model_part_missing, [&] { registry.add(incomplete, std::nullopt); });
  EXPECT_FALSE(fs::exists(folder / "root"));
}

TEST(ModelRegistry, UnknownNamesSuggestTheNearest) {
  const TemporaryFolder folder;
  ModelRegistry registry(folder / "root");
  registry.add(write_weights(folder, "w.safetensors"), "my-sd15");
  registry.add(write_weights(folder, "v.safetensors"), "my-sd15-inpainting");
  const std::string message = message_of(Code::model_unknown, [&] { registry.require("sd15"); });
  EXPECT_NE(message.find("did you mean 'my-sd15' or 'my-sd15-inpainting'?"), std::string::npos) << message;
  EXPECT_NE(message.find("models add"), std::string::npos);
  EXPECT_EQ(message_of([&] { registry.require("zzzzzzzzzz"); }).find("did you mean"), std::string::npos);
}

TEST(ModelRegistry, TheDefaultIsForgottenWithItsModel) {
  const TemporaryFolder folder;
  ModelRegistry registry(folder / "root");
  const fs::path file = write_weights(folder, "w.safetensors");
  registry.add(file, std::nullopt);
  message_of(Code::model_unknown, [&] { registry.set_default("v"); });
  registry.set_default("W");
  EXPECT_EQ(registry.default_name(), "w");
  EXPECT_EQ(registry.remove("W").name, "w");
  EXPECT_EQ(registry.default_name(), "");
  EXPECT_TRUE(fs::exists(file)) << "files are not touched";
  EXPECT_TRUE(registry.models().empty());
}

TEST(ModelRegistry, AChangeIsAllOrNothing) {
  const TemporaryFolder folder;
  ModelRegistry registry(folder / "root");
  registry.add(write_weights(folder, "w.safetensors"), std::nullopt);
  const RegistryList before = registry.list();
  message_of(Code::model_unknown, [&] {
    registry.change([&] {
      registry.remove("w");
      registry.add_place("/somewhere");
      registry.require("x");
    });
  });
  EXPECT_EQ(registry.list().models, before.models);
  EXPECT_TRUE(registry.places().empty());
  EXPECT_EQ(read_registry_list(folder / "root/models.json").models, before.models);
  EXPECT_TRUE(registry.add_place("/somewhere")) << "and goes on after that";
  EXPECT_FALSE(registry.add_place("/somewhere"));
}

TEST(ModelRegistry, ADamagedDatabaseSaysHowToMakeItAnew) {
  const TemporaryFolder folder;
  {
    ModelRegistry registry(folder / "root");
    registry.add(write_weights(folder, "w.safetensors"), std::nullopt);
  }
  const auto refuses = [&] {
    for (const auto& use : std::vector<std::function<void(ModelRegistry&)>>{
             [](ModelRegistry& registry) { registry.models(); },
             [](ModelRegistry& registry) { registry.default_name(); },
             [](ModelRegistry& registry) { registry.add_place("/somewhere"); }}) {
      ModelRegistry registry(folder / "root");
      const std::string message = message_of(Code::registry_unusable, [&] { use(registry); });
      EXPECT_NE(message.find("models rebuild"), std::string::npos) << message;
    }
  };
  folder.write("root/models.sqlite", std::string(8192, 'x'));
  refuses();
  folder.write("root/models.sqlite", "");
  refuses();
  fs::remove(folder / "root/models.sqlite");
  refuses();
}

TEST(ModelRegistry, ADamagedPageIsFoundWhenItIsRead) {
  const TemporaryFolder folder;
  {
    ModelRegistry registry(folder / "root");
    registry.add(write_weights(folder, "w.safetensors"), std::nullopt);
  }
  std::fstream file(folder / "root/models.sqlite", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);  // the pages after those of the schema
  file << std::string(20'000, '\xff');
  ASSERT_TRUE(file.flush());
  message_of(Code::registry_unusable, [&] { ModelRegistry(folder / "root").models(); });
}

TEST(ModelRegistry, ANewerOneIsRefused) {
  const TemporaryFolder folder;
  {
    ModelRegistry registry(folder / "root");
    registry.add(write_weights(folder, "w.safetensors"), std::nullopt);
    SQLite::Database((folder / "root/models.sqlite").string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 3");
  }
  ModelRegistry registry(folder / "root");
  const std::string message = message_of(Code::registry_unusable, [&] { registry.models(); });
  EXPECT_NE(message.find("newer redraw (version 3; this one knows version 2)"), std::string::npos) << message;
  EXPECT_EQ(message.find("rebuild"), std::string::npos) << message;
  message_of(Code::registry_unusable, [&] { registry.add_place("/somewhere"); });
}

}  // namespace
}  // namespace redraw
