#include "engine/prompt_warnings.h"

#include <fmt/format.h>
#include <string>
#include <string_view>

#include "request/prompt_syntax.h"

namespace redraw {
namespace {

void warn_of_cut(std::string_view which, const PromptCut& cut, std::vector<Warning>& warnings) {
  if (cut.tokens == 0) return;
  warnings.push_back(
      {.code = "prompt_cut",
       .text = fmt::format("the {} is too long for the text encoder: its last {} {} left out, from '{}' on", which,
                           cut.tokens, cut.tokens == 1 ? "token is" : "tokens are", cut.text)});
}

void warn_of_syntax(std::string_view which, std::string_view prompt, std::vector<Warning>& warnings) {
  std::string found;
  for (const ForeignSyntax& syntax : find_foreign_syntax(prompt)) {
    found += fmt::format("{}'{}' ({})", found.empty() ? "" : ", ", syntax.example, syntax.what);
  }
  if (found.empty()) return;
  warnings.push_back({.code = "prompt_syntax",
                      .text = fmt::format("the {} has syntax of other programs: {}; redraw passes it on as plain text",
                                          which, found)});
}

}  // namespace

std::vector<Warning> prompt_warnings(const GenerateRequest& request, const PromptCuts& cuts) {
  std::vector<Warning> warnings;
  warn_of_cut("prompt", cuts.prompt, warnings);
  warn_of_cut("negative prompt", cuts.negative, warnings);
  warn_of_syntax("prompt", request.prompt, warnings);
  warn_of_syntax("negative prompt", request.negative, warnings);
  return warnings;
}

}  // namespace redraw
