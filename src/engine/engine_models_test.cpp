#include <gtest/gtest.h>
#include <string>

#include "base/error.h"
#include "library/model_registry.h"
#include "library/model_test_support.h"
#include "redraw/engine.h"
#include "support/error_of.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

// The model in the box stands beside the program, and not beside the tests: asking for it there says so.
template <typename Function>
void expect_box(Function function) {
  const std::string message = message_of(Code::file_not_found, function);
  EXPECT_NE(message.find("the model in the box is not where it should be"), std::string::npos) << message;
}

TEST(Engine, WithTheRegistryKnowsNames) {
  const TemporaryFolder folder;
  const fs::path root = folder / "root";
  const fs::path model = link_tiny_model(folder / "tiny");
  ModelRegistry(root).add(model, "my-sd15");
  const Planner with(root.string());
  const Planner without;
  const SchedulePlan by_path =
      without.plan({.steps = RequestSteps{.steps = 3}, .model = RequestModel{.model = model.string()}}, false);
  EXPECT_EQ(with.plan({.steps = RequestSteps{.steps = 3}, .model = RequestModel{.model = "my-sd15"}}, false).line,
            by_path.line);
  expect_box([&] { without.plan({.steps = RequestSteps{.steps = 3}}, false); });
  expect_box([&] { with.plan({.steps = RequestSteps{.steps = 3}}, false); });
  message_of(Code::model_unknown, [&] {
    without.plan({.steps = RequestSteps{.steps = 3}, .model = RequestModel{.model = "my-sd15"}}, false);
  });
  ModelRegistry(root).set_default("my-sd15");
  EXPECT_EQ(with.plan({.steps = RequestSteps{.steps = 3}}, false).line, by_path.line);
  message_of(Code::out_of_range, [] { Engine({.threads = -1, .models_root = ""}); });
}

}  // namespace
}  // namespace redraw
