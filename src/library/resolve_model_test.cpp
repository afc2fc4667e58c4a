#include "library/resolve_model.h"

#include <gtest/gtest.h>
#include <optional>
#include <string>

#include "base/error.h"
#include "library/model_registry.h"
#include "library/model_test_support.h"
#include "support/error_of.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

// The model in the box is requested from a place without it. The message says so.
constexpr const char* kNoData = "/proc/self/no-data";
void expect_box(const std::optional<std::string>& asked, const fs::path& root) {
  const std::string message = message_of(Code::file_not_found, [&] { resolve_model(asked, root, kNoData); });
  EXPECT_NE(message.find("the model in the box is not where it should be (/proc/self/no-data/models/emoji-128)"),
            std::string::npos)
      << message;
}

TEST(ResolveModel, APathIsAPathAndANameIsAName) {
  const TemporaryFolder folder;
  const fs::path root = folder / "root";
  const fs::path model = link_tiny_model(folder / "tiny");
  ModelRegistry(root).add(model, "my-sd15");
  EXPECT_EQ(resolve_model("my-sd15", root), model);
  EXPECT_EQ(resolve_model("MY-SD15", root), model);
  EXPECT_EQ(resolve_model("./my-sd15", root), "./my-sd15") << "a path, though there is none";
  EXPECT_EQ(resolve_model("models", root), "models") << "a folder here goes before the registry";
  expect_box("emoji-128", root);
  expect_box(std::nullopt, root);
  EXPECT_NE(message_of(Code::model_unknown, [&] { resolve_model("my-sd14", root); }).find("'my-sd15'"),
            std::string::npos);
}

TEST(ResolveModel, TheModelInTheBoxIsInTheDataFolder) {
  const TemporaryFolder folder;
  const fs::path source = REDRAW_SOURCE_DIR;
  EXPECT_EQ(resolve_model(std::nullopt, {}, source), source / "models" / "emoji-128");
  EXPECT_EQ(resolve_model("emoji-128", folder / "root", source), source / "models" / "emoji-128");
}

TEST(ResolveModel, ADefaultThatIsGoneIsNotReplaced) {
  const TemporaryFolder folder;
  const fs::path root = folder / "root";
  const fs::path model = link_tiny_model(folder / "tiny");
  ModelRegistry registry(root);
  registry.add(model, std::nullopt);
  registry.set_default("tiny");
  EXPECT_EQ(resolve_model(std::nullopt, root), model);
  fs::remove_all(model);
  const std::string message = message_of(Code::file_not_found, [&] { resolve_model(std::nullopt, root); });
  EXPECT_NE(message.find("the default model 'tiny' is gone"), std::string::npos) << message;
  EXPECT_NE(message.find("models default emoji-128"), std::string::npos) << message;
  message_of(Code::file_not_found, [&] { resolve_model("tiny", root); });
  expect_box("emoji-128", root);
}

TEST(ResolveModel, ADamagedRegistryIsInNobodysWayWhoNamesAPath) {
  const TemporaryFolder folder;
  const fs::path root = folder / "root";
  folder.write("root/models.sqlite", std::string(8192, 'x'));
  message_of(Code::registry_unusable, [&] { resolve_model(std::nullopt, root); });
  message_of(Code::registry_unusable, [&] { resolve_model("my-sd15", root); });
  EXPECT_EQ(resolve_model("/somewhere/else", root), "/somewhere/else");
  expect_box("emoji-128", root);
}

TEST(ResolveModel, ARequestTakesThePathOfItsModel) {
  const TemporaryFolder folder;
  const fs::path root = folder / "root";
  const fs::path model = link_tiny_model(folder / "tiny");
  EXPECT_EQ(with_model_path({}, root).model.model, std::nullopt);
  ModelRegistry registry(root);
  registry.add(model, std::nullopt);
  EXPECT_EQ(with_model_path({}, root).model.model, std::nullopt);
  EXPECT_EQ(with_model_path({.model = RequestModel{.model = "Tiny"}}, root).model.model, model.string());
  registry.set_default("tiny");
  EXPECT_EQ(with_model_path({}, root).model.model, model.string());
}

// A request from outside never opens a file or folder that has its model's name.
TEST(ResolveModel, ANameOfTheListIsNeverAPath) {
  const TemporaryFolder folder;
  const fs::path root = folder / "root";
  const fs::path model = link_tiny_model(folder / "tiny");
  const auto asked = [](const std::string& name) {
    return Request{.model = RequestModel{.model = name, .is_listed_only = true}};
  };
  ASSERT_TRUE(fs::exists("src")) << "the tests run in the root of the sources";
  EXPECT_EQ(choose_model(Request{.model = RequestModel{.model = "src"}}, root).path, "src") << "which else is opened";
  for (const std::string& path : {std::string("src"), std::string("CMakeLists.txt"), model.string(),
                                  std::string("./src"), std::string("/proc/self/environ")}) {
    message_of(Code::model_unknown, [&] { choose_model(asked(path), root); });
    message_of(Code::model_unknown, [&] { choose_model(asked(path), {}); });
    message_of(Code::model_unknown, [&] { with_model_path(asked(path), root); });
  }
  ModelRegistry(root).add(model, "src");
  EXPECT_EQ(choose_model(asked("src"), root).path, model);
  message_of(Code::file_not_found, [&] { choose_model(asked("emoji-128"), root, kNoData); });

  const Request resolved = with_model_path(asked("src"), root);
  EXPECT_EQ(resolved.model.model, model.string());
  EXPECT_EQ(choose_model(resolved, root).path, model) << "its path is the program's own and may be opened";
}

}  // namespace
}  // namespace redraw
