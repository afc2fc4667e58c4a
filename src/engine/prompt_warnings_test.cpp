#include "engine/prompt_warnings.h"

#include <gtest/gtest.h>

namespace redraw {
namespace {

TEST(PromptWarnings, SayWhichPromptAndWhere) {
  const GenerateRequest request{.prompt = "a (fire:1.3)", .negative = "[dull]"};
  const std::vector<Note> warnings =
      prompt_warnings(request, {.prompt = {}, .negative = PromptCut{.tokens = 3, .text = "detail number 17"}});
  ASSERT_EQ(warnings.size(), 3U);
  EXPECT_EQ(warnings[0].code, "prompt_cut");
  EXPECT_EQ(warnings[0].text,
            "the negative prompt is too long for the text encoder: its last 3 tokens are left out, from 'detail number "
            "17' on");
  EXPECT_EQ(warnings[1].code, "prompt_syntax");
  EXPECT_NE(warnings[1].text.find("the prompt has syntax of other programs: "), std::string::npos);
  EXPECT_NE(warnings[1].text.find("'(fire:1.3)' (a weight)"), std::string::npos);
  EXPECT_NE(warnings[2].text.find("the negative prompt has syntax"), std::string::npos);
}

}  // namespace
}  // namespace redraw
