// Splits prompts into the tokens of a model's text encoders. It needs no network.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/tokenizers.h"

namespace redraw {

/// The end of a prompt that does not fit in a text encoder.
struct PromptCut {
  int64_t tokens = 0;     ///< how many did not fit
  std::string text = {};  ///< the beginning of that part
};

/// The tokenizers of the one text encoder of SD 1 and 2, or of the two of SDXL.
class PromptTokenizers {
 public:
  /// vocabulary: the folder of CLIP's standard vocabulary, for models without a tokenizer. Throws Error:
  /// model_part_missing, which says how to get the vocabulary, and the errors of load_tokenizer.
  PromptTokenizers(const Checkpoint& checkpoint, const std::filesystem::path& vocabulary);

  /// For each encoder its input ids, max_position_embeddings of them. Empty for an encoder that the model does not
  /// have. Throws as ClipTokenizer::tokenize.
  std::array<std::vector<int32_t>, 2> ids(std::string_view prompt) const;
  /// The part of a prompt that does not fit in the text encoders. Of two encoders, the one that drops more counts.
  /// Throws as ClipTokenizer::tokenize.
  PromptCut cut_of(std::string_view prompt) const;

 private:
  struct One {
    ClipTokenizer tokenizer;
    int64_t length;
  };
  std::array<std::optional<One>, 2> both_;
};

}  // namespace redraw
