// Prompts that were written for another program's prompt language.
#pragma once

#include <string_view>
#include <vector>

namespace redraw {

/// A piece of a prompt, and what it means elsewhere.
struct ForeignSyntax {
  std::string_view example;  ///< a view into the prompt, at most 80 bytes
  std::string_view what;     ///< "a LoRA", "a weight", ...
};

/// The first piece of each kind, in the order of their table: what the web UI of AUTOMATIC1111, ComfyUI, compel
/// (InvokeAI) and wildcard extensions read as syntax. Brackets in prose are none. Time is linear in the prompt's
/// length.
std::vector<ForeignSyntax> find_foreign_syntax(std::string_view prompt);

}  // namespace redraw
