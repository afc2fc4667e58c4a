// The tokenizers of a model's text encoders: those that it brings, and CLIP's standard one where it brings none.
#pragma once

#include <array>
#include <filesystem>
#include <string_view>

#include "checkpoint/checkpoint.h"
#include "text/clip_tokenizer.h"

namespace redraw {

struct TokenizerOf {
  std::string_view encoder;  ///< the part that takes its ids
  std::string_view name;     ///< as model_index.json lists it, and its folder
};
inline constexpr auto kTokenizers =
    std::to_array<TokenizerOf>({{"text_encoder", "tokenizer"}, {"text_encoder_2", "tokenizer_2"}});

/// What CLIP's standard tokenizer fills prompts up with for this encoder: "!" for OpenCLIP, which is SD 2's and SDXL's
/// second, else "<|endoftext|>".
std::string_view standard_pad(const ModelSpec& spec, std::string_view encoder);

/// CLIP's standard one for this encoder. vocabulary: the folder of its files; without them Error(model_part_missing)
/// saying how to get them. Throws also as ClipTokenizer::load.
ClipTokenizer standard_tokenizer(const ModelSpec& spec, std::string_view encoder,
                                 const std::filesystem::path& vocabulary);

/// The one that the encoder's prompts go through. Throws as standard_tokenizer and require_tokenizer.
ClipTokenizer load_tokenizer(const Checkpoint& checkpoint, const TokenizerOf& of,
                             const std::filesystem::path& vocabulary);

/// Opens the tokenizer that the model brings for this encoder, if it has both. Throws as ClipTokenizer::load, and
/// Error(model_unsupported) for a tokenizer of more tokens than the encoder knows.
void require_tokenizer(const Checkpoint& checkpoint, const TokenizerOf& of);
/// The same for all encoders.
void require_tokenizers(const Checkpoint& checkpoint);

}  // namespace redraw
