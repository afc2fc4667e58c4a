#include "engine/prompt_warnings.h"

#include <fmt/format.h>
#include <string>
#include <string_view>

#include "request/prompt_syntax.h"

namespace redraw {
namespace {

void warn_of_cut(std::string_view which, const PromptCut& cut, std::vector<Note>& warnings) {
  if (cut.tokens == 0) return;
  warnings.push_back(
      {.kind = NoteKind::warning,
       .code = "prompt_cut",
       .text = fmt::format("the {} is too long for the text encoder: its last {} {} left out, from '{}' on", which,
                           cut.tokens, cut.tokens == 1 ? "token is" : "tokens are", cut.text)});
}

void warn_of_syntax(std::string_view which, std::string_view prompt, std::vector<Note>& warnings) {
  std::string found;
  for (const ForeignSyntax& syntax : find_foreign_syntax(prompt)) {
    found += fmt::format("{}'{}' ({})", found.empty() ? "" : ", ", syntax.example, syntax.what);
  }
  if (found.empty()) return;
  warnings.push_back({.kind = NoteKind::warning,
                      .code = "prompt_syntax",
                      .text = fmt::format("the {} has syntax of other programs: {}; redraw passes it on as plain text",
                                          which, found)});
}

}  // namespace

std::vector<Note> prompt_warnings(const GenerateRequest& request, const PromptCuts& cuts) {
  std::vector<Note> warnings;
  warn_of_cut("prompt", cuts.prompt, warnings);
  warn_of_cut("negative prompt", cuts.negative, warnings);
  warn_of_syntax("prompt", request.prompt, warnings);
  warn_of_syntax("negative prompt", request.negative, warnings);
  return warnings;
}

}  // namespace redraw
