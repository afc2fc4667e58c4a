// What a person should know of the prompts before a run.
#pragma once

#include <vector>

#include "pipelines/generate.h"
#include "redraw/run_events.h"

namespace redraw {

/// "prompt_cut" for each prompt that is too long, with the words from which on it is left out; "prompt_syntax" for each
/// that holds another program's syntax.
std::vector<Note> prompt_warnings(const GenerateRequest& request, const PromptCuts& cuts);

}  // namespace redraw
