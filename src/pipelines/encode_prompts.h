// Encodes the prompts of a run, or finds them encoded.
#pragma once

#include <memory>

#include "pipelines/generate_events.h"
#include "pipelines/generate_request.h"
#include "pipelines/stable_diffusion.h"

namespace redraw {

/// The parts of the prompts that do not fit in the text encoders. The negative prompt counts only if the run uses it.
struct PromptCuts {
  PromptCut prompt;
  PromptCut negative = {};
  double load_seconds = 0;  ///< for building the tokenizers
};
/// Usually called before the run, because it needs only the tokenizers. Tells their loading. Throws as PromptTokenizers
/// and ClipTokenizer::tokenize.
PromptCuts cut_prompts(const StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
                       const GenerateEvents& events = {});

struct PromptsForRun {
  std::shared_ptr<const EncodedPrompt> prompt;
  std::shared_ptr<const EncodedPrompt> negative;  ///< null if the run does not use it
  bool is_reused = false;                         ///< the cache had everything
  double seconds = 0;                             ///< of the phase
};
/// Runs the text phase. The text encoders are loaded only if the cache lacks a prompt.
PromptsForRun encode_prompts(const StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
                             const GenerateEvents& events);

}  // namespace redraw
