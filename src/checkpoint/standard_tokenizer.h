// Whether a model in a folder can do without its tokenizer.
#pragma once

#include <filesystem>

#include "checkpoint/checkpoint.h"

namespace redraw {

/// One file has no place for a tokenizer: whoever reads it takes CLIP's own vocabulary. Throws Error(model_unsupported)
/// naming the tokenizer of `checkpoint` that turns prompts into other tokens: with other words, words on top, another
/// token for padding, another length. vocabulary: the folder of CLIP's own; without it Error(file_not_found). A single
/// file has no tokenizer and passes. Throws also as ClipTokenizer::load.
void require_standard_tokenizers(const Checkpoint& checkpoint, const std::filesystem::path& vocabulary);

}  // namespace redraw
