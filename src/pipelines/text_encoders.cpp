#include "pipelines/text_encoders.h"

#include <algorithm>
#include <array>

#include "checkpoint/tokenizers.h"
#include "ops/resample.h"

namespace redraw {

TextEncoders::TextEncoders(Backend& backend, const Checkpoint& checkpoint, const std::filesystem::path& vocabulary)
    : backend_(&backend),
      is_xl_(checkpoint.spec().text_encoder_2.has_value()),
      first_(make(kTokenizers[0], checkpoint, vocabulary)),
      second_(make(kTokenizers[1], checkpoint, vocabulary)) {}

std::optional<TextEncoders::Encoder> TextEncoders::make(const TokenizerOf& tokenizer, const Checkpoint& checkpoint,
                                                        const std::filesystem::path& vocabulary) const {
  const ModelSpec& spec = checkpoint.spec();
  const bool is_second = tokenizer.encoder == "text_encoder_2";
  const std::optional<ClipTextConfig>& config = is_second ? spec.text_encoder_2 : spec.text_encoder;
  if (!config) return std::nullopt;
  return Encoder{.tokenizer = load_tokenizer(checkpoint, tokenizer, vocabulary),
                 .model = ClipTextModel(*backend_, parameters_of(checkpoint.part(tokenizer.encoder)), *config)};
}

EncodedPrompt TextEncoders::encode(std::string_view prompt, int64_t clip_skip) const {
  EncodedPrompt encoded;
  std::array<Tensor, 2> contexts;
  const std::array<const std::optional<Encoder>*, 2> encoders = {&first_, &second_};
  for (size_t i = 0; i < encoders.size(); ++i) {
    if (!*encoders[i]) continue;
    const Encoder& encoder = **encoders[i];
    const int64_t length = encoder.model.config().max_position_embeddings;
    const ClipTokenizer::Tokens tokens = encoder.tokenizer.tokenize(prompt, length);
    ClipTextOutput out = encoder.model(tokens.ids, is_xl_ ? clip_skip : clip_skip - 1);
    contexts[i] = is_xl_ ? out.hidden : encoder.model.final_norm(out.hidden);
    if (encoders[i] == &second_) encoded.pooled = out.text_embeds;
  }
  const bool has_both = contexts[0] && contexts[1];
  encoded.context = has_both      ? concat_channels(*backend_, contexts[0], contexts[1])
                    : contexts[0] ? contexts[0]
                                  : contexts[1];
  return encoded;
}

PromptCut TextEncoders::cut_of(std::string_view prompt) const {
  PromptCut cut;
  for (const std::optional<Encoder>* encoder : {&first_, &second_}) {
    if (!*encoder) continue;
    const ClipTokenizer::Tokens tokens =
        (*encoder)->tokenizer.tokenize(prompt, (*encoder)->model.config().max_position_embeddings);
    if (tokens.dropped > cut.tokens) cut = {.tokens = tokens.dropped, .text = tokens.dropped_text};
  }
  return cut;
}

EncodedPrompt TextEncoders::zeros() const {
  EncodedPrompt zeros;
  int64_t width = 0;
  int64_t tokens = 0;
  for (const std::optional<Encoder>* encoder : {&first_, &second_}) {
    if (!*encoder) continue;
    width += (*encoder)->model.config().hidden_size;
    tokens = (*encoder)->model.config().max_position_embeddings;
  }
  zeros.context = Tensor::zeros({1, tokens, width});
  if (second_) zeros.pooled = Tensor::zeros({1, second_->model.config().projection_dim});
  return zeros;
}

}  // namespace redraw
