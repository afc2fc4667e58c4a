#include "engine/self_test.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "diffusion/expected_noise.h"

namespace redraw {
namespace {

TEST(SelfTest, IsOkOnThisMachine) {
  const std::vector<SelfTestCheck> checks = self_test();
  EXPECT_GE(checks.size(), 23u);
  for (const SelfTestCheck& check : checks) EXPECT_TRUE(check.is_ok) << check.name << ": " << check.found;
  EXPECT_TRUE(self_test_text(checks).ends_with("checks are ok\n"));
  EXPECT_EQ(nlohmann::json::parse(self_test_json(checks))["ok"], true);
}

TEST(SelfTest, SaysWhatADifferenceMeans) {
  struct Case {
    void (*change)(NoiseReport&);
    const char* source;
    const char* meaning;
    bool is_defect;
  };
  const Case cases[] = {
      {[](NoiseReport& r) { r.word_hash ^= 1; }, "torch-cuda", "the generator itself is wrong", true},
      {[](NoiseReport& r) { r.normal_hash ^= 1; }, "torch-cpu", "become other noise", true},
      {[](NoiseReport& r) { r.normal_hash ^= 1; }, "torch-cuda", "less than can be seen", false},
      {[](NoiseReport& r) {
         r.normal_hash ^= 1;
         r.first[0] += 0.1f;
       },
       "torch-cuda", "become other noise", true},
  };
  for (const Case& one : cases) {
    NoiseReport changed = *std::ranges::find(expected_noise(), one.source, &NoiseReport::name);
    one.change(changed);
    const std::vector<SelfTestCheck> checks = self_test({&changed, 1}, {});
    EXPECT_EQ(has_defect(checks), one.is_defect) << one.meaning;
    const std::string text = self_test_text(checks);
    EXPECT_NE(text.find("DIFFERS"), std::string::npos);
    EXPECT_NE(text.find(one.meaning), std::string::npos) << text;
    EXPECT_TRUE(text.ends_with("1 of 2 checks differ\n"));
    EXPECT_EQ(nlohmann::json::parse(self_test_json(checks))["ok"], !one.is_defect);
  }
}

TEST(SelfTest, FindsASamplerThatIsWrong) {
  const KnownAnswer wrong{"euler", 0.3484f, -0.6968f};
  EXPECT_TRUE(has_defect(self_test({}, {&wrong, 1})));
}

}  // namespace
}  // namespace redraw
