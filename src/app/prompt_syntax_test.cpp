#include "app/prompt_syntax.h"

#include <gtest/gtest.h>
#include <string>

#include "app/prompt_warnings.h"

namespace redraw {
namespace {

std::string found_in(std::string_view prompt) {
  std::string text;
  for (const ForeignSyntax& syntax : find_foreign_syntax(prompt)) {
    text += (text.empty() ? "" : " | ") + std::string(syntax.example);
  }
  return text;
}

TEST(PromptSyntax, OfOtherProgramsIsFound) {
  const std::pair<const char*, const char*> prompts[] = {
      {"a castle <lora:style:0.8>", "<lora:style:0.8>"},
      {"<LORA:a:1>", "<LORA:a:1>"},
      {"<lyco:a:1>", "<lyco:a:1>"},
      {"<hypernet:h:0.5>", "<hypernet:h:0.5>"},
      {"a (red car:1.3) here", "(red car:1.3)"},
      {"(grün: 0.7 )", "(grün: 0.7 )"},
      {"a ((castle)) here", "((castle))"},
      {"a (((castle))) here", "(((castle))"},
      {"a [castle] here", "[castle]"},
      {"[cat:dog:0.5]", "[cat:dog:0.5]"},
      {"[cat|dog]", "[cat|dog]"},
      {"a castle BREAK a lake", "BREAK"},
      {"a castle AND a lake", "AND"},
      {"a castle++ on a hill", "castle++"},
      {"a (castle on)-- a hill", "on)--"},
      {"a (castle)1.2 here", ")1.2"},
      {"(\"a\", \"b\").blend(0.7, 0.3)", ").blend("},
      {"(\"a\", \"b\").and()", ").and("},
      {"a __colour__ car", "__colour__"},
      {"a {red|blue} car", "{red|blue}"},
      {"embedding:bad-hands", "embedding:bad"},
      {"(fire:1.3) <lora:style:0.8>", "<lora:style:0.8> | (fire:1.3)"},
  };
  for (const auto& [prompt, expected] : prompts) EXPECT_EQ(found_in(prompt), expected) << prompt;
}

TEST(PromptSyntax, ProseIsNone) {
  for (const char* prompt : {"",
                             "a red car",
                             "a car (red) by a lake",
                             "a car (see (here) and there)",
                             "the clock (at 10:30)",
                             "a (16:9) picture",
                             "C++ on a screen",
                             "snake_case and __",
                             "a castle -- and a lake",
                             "DOG AND CAT",
                             "BRANDS, BREAKFAST",
                             "I <3 you",
                             "a:b",
                             "rock and roll",
                             "{curly}",
                             "a list[",
                             "]a[",
                             "(a",
                             "1.5",
                             "the embedding: a word",
                             "\\(word:1.3\\)",
                             "<b>bold</b>"}) {
    EXPECT_EQ(found_in(prompt), "") << prompt;
  }
}

TEST(PromptSyntax, LongPromptsOfBracketsAreReadInNoTime) {
  for (const std::string_view piece : {"(", "[", "<lora:", "{", "__", ":1)", "((", ")", "embedding:"}) {
    std::string prompt;
    while (prompt.size() < 65536) prompt += piece;
    for (const ForeignSyntax& syntax : find_foreign_syntax(prompt)) EXPECT_LE(syntax.example.size(), 80U);
  }
}

TEST(PromptWarnings, SayWhichPromptAndWhere) {
  const GenerateRequest request{.prompt = "a (fire:1.3)", .negative = "[dull]"};
  const std::vector<Warning> warnings =
      prompt_warnings(request, {.prompt = {}, .negative = PromptCut{.tokens = 3, .text = "detail number 17"}});
  ASSERT_EQ(warnings.size(), 3U);
  EXPECT_EQ(warnings[0].code, "prompt_cut");
  EXPECT_EQ(warnings[0].text,
            "the negative prompt is too long for the text encoder: its last 3 tokens are left out, from 'detail number "
            "17' on");
  EXPECT_EQ(warnings[1].code, "prompt_syntax");
  EXPECT_NE(warnings[1].text.find("the prompt holds"), std::string::npos);
  EXPECT_NE(warnings[1].text.find("'(fire:1.3)' (a weight)"), std::string::npos);
  EXPECT_NE(warnings[2].text.find("the negative prompt holds"), std::string::npos);
}

}  // namespace
}  // namespace redraw
