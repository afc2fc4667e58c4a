// Prompts to the tokens that a model's text encoders take. No network is needed for it.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/tokenizers.h"

namespace redraw {

/// The end of a prompt that a text encoder does not get.
struct PromptCut {
  int64_t tokens = 0;     ///< how many found no room
  std::string text = {};  ///< how that begins
};

/// The tokenizers of the one text encoder of SD 1 and 2, or of the two of SDXL.
class PromptTokenizers {
 public:
  /// vocabulary: the folder of CLIP's standard vocabulary, for models that bring no tokenizer. Throws Error:
  /// model_part_missing saying how to get the vocabulary, the errors of load_tokenizer.
  PromptTokenizers(const Checkpoint& checkpoint, const std::filesystem::path& vocabulary);

  /// For each encoder the ids that it takes, its max_position_embeddings of them; empty for one that the model has not.
  /// Throws as ClipTokenizer::tokenize.
  std::array<std::vector<int32_t>, 2> ids(std::string_view prompt) const;
  /// What of a prompt finds no room in the text encoders; of two the one that drops more. Throws as
  /// ClipTokenizer::tokenize.
  PromptCut cut_of(std::string_view prompt) const;

 private:
  struct One {
    ClipTokenizer tokenizer;
    int64_t length;
  };
  std::array<std::optional<One>, 2> both_;
};

}  // namespace redraw
