// Prompts to what the denoising network is told of them.
#pragma once

#include <optional>
#include <string_view>

#include "checkpoint/checkpoint.h"
#include "pipelines/prompt_tokenizers.h"

namespace redraw {

struct EncodedPrompt {
  Tensor context;  ///< [1, 77, width], the tokens' features
  Tensor pooled;   ///< SDXL: [1, projection], the whole prompt's; else empty
};

/// The one text encoder of SD 1 and 2, or the two of SDXL.
class TextEncoders {
 public:
  /// Throws as ClipTextModel.
  TextEncoders(Backend& backend, const Checkpoint& checkpoint);

  /// SD 1 and 2 (diffusers 0.42.1, StableDiffusionPipeline.encode_prompt): the hidden state after all but clip_skip - 1
  /// layers, normed. SDXL (StableDiffusionXLPipeline.encode_prompt): the hidden states before the last layer of both
  /// encoders side by side, clip_skip - 1 layers earlier, not normed; the pooled state is the second one's, of all
  /// layers. clip_skip: 1 is none, counted as web UIs count it; throws Error(out_of_range) with the most there can be.
  /// Throws also as PromptTokenizers::ids.
  EncodedPrompt encode(const PromptTokenizers& tokenizers, std::string_view prompt, int64_t clip_skip) const;

 private:
  Backend* backend_;
  bool is_xl_;
  std::optional<ClipTextModel> first_;
  std::optional<ClipTextModel> second_;
};

/// What SDXL takes for an empty negative prompt: zeros of the shapes that encode() gives.
EncodedPrompt zero_prompt(const ModelSpec& model);

}  // namespace redraw
