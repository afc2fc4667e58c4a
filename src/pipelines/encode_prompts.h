// The prompts of a run, encoded now or before.
#pragma once

#include <memory>

#include "pipelines/generate_events.h"
#include "pipelines/generate_request.h"
#include "pipelines/stable_diffusion.h"

namespace redraw {

/// What of the prompts finds no room in the text encoders, of the negative one where the run takes it.
struct PromptCuts {
  PromptCut prompt;
  PromptCut negative = {};
};
/// Before the run, as a rule: it needs the tokenizers alone. Throws as PromptTokenizers and ClipTokenizer::tokenize.
PromptCuts cut_prompts(const StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan);

struct PromptsForRun {
  std::shared_ptr<const EncodedPrompt> prompt;
  std::shared_ptr<const EncodedPrompt> negative;  ///< null where the run does not take it
  bool is_reused = false;                         ///< nothing was computed
  double seconds = 0;                             ///< of the phase
};
/// The text phase. The text encoders are loaded only where the cache lacks a prompt.
PromptsForRun encode_prompts(const StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
                             const GenerateEvents& events);

}  // namespace redraw
