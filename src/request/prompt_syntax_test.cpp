#include "request/prompt_syntax.h"

#include <gtest/gtest.h>
#include <string>

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
      {"a (((castle))) here", "(((castle)))"},
      {"((((masterpiece)))), best", "((((masterpiece))))"},
      {"((a red car (old), lake))", "((a red car (old), lake))"},
      {"(word:1.3), (other:0.8)", "(word:1.3)"},
      {"(a cat:-1), (b:.5)", "(a cat:-1)"},
      {"saber \\(fate\\) (1girl:1.1)", "(1girl:1.1)"},
      {"[[word]]", "[word]"},
      {"<lora:a b:1>", "<lora:a b:1>"},
      {"a [castle] here", "[castle]"},
      {"[cat:dog:0.5]", "[cat:dog:0.5]"},
      {"[cat|dog]", "[cat|dog]"},
      {"a castle BREAK a lake", "BREAK"},
      {"a castle AND a lake", "AND"},
      {"a castle++ on a hill", "castle++"},
      {"a (castle on)-- a hill", "on)--"},
      {"a (castle)1.2 here", "(castle)1.2"},
      {"(a red car)0.8, a lake", "(a red car)0.8"},
      {"a (castle)+ here", "(castle)+"},
      {"a cat.swap(dog)", ".swap("},
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
                             "<b>bold</b>",
                             "portrait, shot on (Canon)85mm f/1.4",
                             "portrait (Canon EF 85mm f/1.2L), ISO:100",
                             "(Sony A7 III) 35mm f1.8, 1/250s",
                             "(Leica)50mm, (Kodak Portra)400TX",
                             "(NH4)2SO4 in a jar, Ca(OH)2 on the label",
                             "the formula f(x)2",
                             "photo (1985)3 copies, (1985)12",
                             "a clock (time: 10:30), 9:41 (AM)",
                             "cinematic (aspect:16:9) frame, (2.39:1)",
                             "a map (scale: 1:50000)",
                             "an old man (aged: 45), HTTP (port:8080)",
                             "happy face :) and (: smile, :-)) ((-:",
                             ":(( a sad face )), ;-((so sad))",
                             "(^_^) (>_<) \u00af\\_(\u30c4)_/\u00af",
                             "a T-shirt that says \"C++\" and (C++)",
                             "i++; j--; g++",
                             "an old sign (1950s)--rusty",
                             "A/B test poster, 50% off (really)",
                             "he said \"hi (there)\", 'yes'",
                             "citation [1], x[0], [2, 3]",
                             "lisp code ((lambda (x) (* x x)) 2)",
                             "((a) and (b))",
                             "word:1.2, a:b:c",
                             "(word:1.3",
                             "rated 18+ (18+)"}) {
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

}  // namespace
}  // namespace redraw
