// Prompts to what the denoising network is told of them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "checkpoint/tokenizers.h"
#include "models/clip_text.h"

namespace redraw {

struct EncodedPrompt {
  Tensor context;  ///< [1, 77, width], the tokens' features
  Tensor pooled;   ///< SDXL: [1, projection], the whole prompt's; else empty
};

/// The end of a prompt that a text encoder does not get.
struct PromptCut {
  int64_t tokens = 0;     ///< how many found no room
  std::string text = {};  ///< how that begins
};

/// The one text encoder of SD 1 and 2, or the two of SDXL, with their tokenizers.
class TextEncoders {
 public:
  /// vocabulary: the folder of CLIP's standard vocabulary, for models that bring no tokenizer. Throws Error:
  /// model_part_missing saying how to get the vocabulary, the errors of load_tokenizer and ClipTextModel.
  TextEncoders(Backend& backend, const Checkpoint& checkpoint, const std::filesystem::path& vocabulary);

  /// SD 1 and 2 (diffusers 0.42.1, StableDiffusionPipeline.encode_prompt): the hidden state after all but clip_skip - 1
  /// layers, normed. SDXL (StableDiffusionXLPipeline.encode_prompt): the hidden states before the last layer of both
  /// encoders side by side, clip_skip - 1 layers earlier, not normed; the pooled state is the second one's, of all
  /// layers. clip_skip: 1 is none, counted as web UIs count it; throws Error(out_of_range) with the most there can be.
  EncodedPrompt encode(std::string_view prompt, int64_t clip_skip) const;
  /// What of a prompt finds no room in the text encoders; of two the one that drops more. Throws as
  /// ClipTokenizer::tokenize.
  PromptCut cut_of(std::string_view prompt) const;
  /// What SDXL takes for an empty negative prompt: zeros of the shapes that encode() gives.
  EncodedPrompt zeros() const;

 private:
  struct Encoder {
    ClipTokenizer tokenizer;
    ClipTextModel model;
  };
  std::optional<Encoder> make(const TokenizerOf& tokenizer, const Checkpoint& checkpoint,
                              const std::filesystem::path& vocabulary) const;

  Backend* backend_;
  bool is_xl_;
  std::optional<Encoder> first_;
  std::optional<Encoder> second_;
};

}  // namespace redraw
