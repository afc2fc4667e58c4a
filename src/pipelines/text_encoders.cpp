#include "pipelines/text_encoders.h"

#include <array>

#include "ops/resample.h"

namespace redraw {

TextEncoders::TextEncoders(Backend& backend, const Checkpoint& checkpoint)
    : backend_(&backend), is_xl_(checkpoint.spec().text_encoder_2.has_value()) {
  const ModelSpec& spec = checkpoint.spec();
  const auto make = [&](std::optional<ClipTextModel>& model, const std::optional<ClipTextConfig>& config,
                        const char* part) {
    if (config) model.emplace(backend, parameters_of(checkpoint.part(part)), *config);
  };
  make(first_, spec.text_encoder, "text_encoder");
  make(second_, spec.text_encoder_2, "text_encoder_2");
}

EncodedPrompt TextEncoders::encode(const PromptTokenizers& tokenizers, std::string_view prompt,
                                   int64_t clip_skip) const {
  const std::array<std::vector<int32_t>, 2> ids = tokenizers.ids(prompt);
  EncodedPrompt encoded;
  std::array<Tensor, 2> contexts;
  const std::array<const std::optional<ClipTextModel>*, 2> encoders = {&first_, &second_};
  for (size_t i = 0; i < encoders.size(); ++i) {
    if (!*encoders[i]) continue;
    const ClipTextModel& encoder = **encoders[i];
    ClipTextOutput out = encoder(ids[i], is_xl_ ? clip_skip : clip_skip - 1);
    contexts[i] = is_xl_ ? out.hidden : encoder.final_norm(out.hidden);
    if (encoders[i] == &second_) encoded.pooled = out.text_embeds;
  }
  const bool has_both = contexts[0] && contexts[1];
  encoded.context = has_both      ? concat_channels(*backend_, contexts[0], contexts[1])
                    : contexts[0] ? contexts[0]
                                  : contexts[1];
  return encoded;
}

EncodedPrompt zero_prompt(const ModelSpec& model) {
  int64_t width = 0;
  int64_t tokens = 0;
  for (const std::optional<ClipTextConfig>* config : {&model.text_encoder, &model.text_encoder_2}) {
    if (!*config) continue;
    width += (*config)->hidden_size;
    tokens = (*config)->max_position_embeddings;
  }
  EncodedPrompt zeros{.context = Tensor::zeros({1, tokens, width}), .pooled = {}};
  if (model.text_encoder_2) zeros.pooled = Tensor::zeros({1, model.text_encoder_2->projection_dim});
  return zeros;
}

}  // namespace redraw
