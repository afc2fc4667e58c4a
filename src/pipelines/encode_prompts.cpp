#include "pipelines/encode_prompts.h"

#include <utility>

namespace redraw {

PromptCuts cut_prompts(const StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
                       const GenerateEvents& events) {
  PromptCuts cuts;
  const NetworkCache::BuildScope scope(model.caches().networks, told_as_load(events, cuts.load_seconds));
  const auto tokenizers = model.tokenizers();
  cuts.prompt = tokenizers->cut_of(request.prompt);
  if (takes_negative(request, plan)) cuts.negative = tokenizers->cut_of(request.negative);
  return cuts;
}

PromptsForRun encode_prompts(const StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
                             const GenerateEvents& events) {
  EncodingCache& cache = model.caches().encodings;
  const auto key_of = [&](const std::string& prompt) {
    return PromptKey{.prompt = prompt,
                     .clip_skip = request.clip_skip,
                     .tokenizers = model.keys().tokenizers,
                     .text_encoders = model.keys().text_encoders};
  };
  PromptsForRun prompts;
  struct Wanted {
    const std::string* text;
    std::shared_ptr<const EncodedPrompt>* encoded;
  };
  std::vector<Wanted> wanted = {{&request.prompt, &prompts.prompt}};
  if (takes_negative(request, plan)) {
    if (request.negative.empty() && model.spec().force_zeros_for_empty_prompt) {
      prompts.negative = std::make_shared<const EncodedPrompt>(zero_prompt(model.spec()));
    } else {
      wanted.push_back({&request.negative, &prompts.negative});
    }
  }
  std::erase_if(wanted, [&](const Wanted& one) {
    *one.encoded = cache.find(key_of(*one.text));
    return *one.encoded != nullptr;
  });
  const auto encoders = wanted.empty() ? nullptr : model.text_encoders();
  const auto tokenizers = wanted.empty() ? nullptr : model.tokenizers();
  prompts.is_reused = wanted.empty();
  prompts.seconds = run_phase(events, Phase::text, [&] {
    for (const Wanted& one : wanted) {
      *one.encoded = cache.keep(key_of(*one.text), encoders->encode(*tokenizers, *one.text, request.clip_skip));
    }
    return prompts.is_reused;
  });
  return prompts;
}

}  // namespace redraw
