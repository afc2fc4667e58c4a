#include "pipelines/prompt_tokenizers.h"

namespace redraw {

PromptTokenizers::PromptTokenizers(const Checkpoint& checkpoint, const std::filesystem::path& vocabulary) {
  const ModelSpec& spec = checkpoint.spec();
  for (size_t i = 0; i < both_.size(); ++i) {
    const std::optional<ClipTextConfig>& config = i == 0 ? spec.text_encoder : spec.text_encoder_2;
    if (!config) continue;
    both_[i] = One{.tokenizer = load_tokenizer(checkpoint, kTokenizers[i], vocabulary),
                   .length = config->max_position_embeddings};
  }
}

std::array<std::vector<int32_t>, 2> PromptTokenizers::ids(std::string_view prompt) const {
  std::array<std::vector<int32_t>, 2> ids;
  for (size_t i = 0; i < both_.size(); ++i) {
    if (both_[i]) ids[i] = both_[i]->tokenizer.tokenize(prompt, both_[i]->length).ids;
  }
  return ids;
}

PromptCut PromptTokenizers::cut_of(std::string_view prompt) const {
  PromptCut cut;
  for (const std::optional<One>& one : both_) {
    if (!one) continue;
    const ClipTokenizer::Tokens tokens = one->tokenizer.tokenize(prompt, one->length);
    if (tokens.dropped > cut.tokens) cut = {.tokens = tokens.dropped, .text = tokens.dropped_text};
  }
  return cut;
}

}  // namespace redraw
