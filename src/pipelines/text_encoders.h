// Encodes prompts for the denoising network.
#pragma once

#include <optional>
#include <string_view>

#include "checkpoint/checkpoint.h"
#include "pipelines/prompt_tokenizers.h"

namespace redraw {

struct EncodedPrompt {
  Tensor context;  ///< [1, 77, width], the tokens' features
  Tensor pooled;   ///< SDXL: [1, projection], for the whole prompt; otherwise empty
};

/// The one text encoder of SD 1 and 2, or the two of SDXL.
class TextEncoders {
 public:
  /// Throws as ClipTextModel.
  TextEncoders(Backend& backend, const Checkpoint& checkpoint);

  /// SD 1 and 2 (diffusers 0.42.1, StableDiffusionPipeline.encode_prompt): the hidden state after all but clip_skip - 1
  /// layers, normed. SDXL (StableDiffusionXLPipeline.encode_prompt): the hidden states before the last layer of both
  /// encoders side by side, clip_skip - 1 layers earlier, not normed. SDXL's pooled state is the second encoder's,
  /// after all layers. clip_skip is counted as in web UIs: 1 skips nothing. Throws Error(out_of_range) with the largest
  /// possible clip_skip. Throws also as PromptTokenizers::ids.
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
