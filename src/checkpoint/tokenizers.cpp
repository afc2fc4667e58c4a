#include "checkpoint/tokenizers.h"

#include <optional>
#include <string>

#include "base/error.h"
#include "base/input_file.h"

namespace redraw {
namespace {

namespace fs = std::filesystem;

const std::optional<ClipTextConfig>& config_of(const ModelSpec& spec, std::string_view encoder) {
  return encoder == "text_encoder_2" ? spec.text_encoder_2 : spec.text_encoder;
}

// Ids are 0 to tokens - 1. An added token beyond the model's is no fault until a prompt has it: so diffusers has it
// too.
void require_room(const Checkpoint& checkpoint, std::string_view encoder, int64_t tokens, const std::string& where) {
  const int64_t known = config_of(checkpoint.spec(), encoder)->vocab_size;
  if (tokens <= known) return;
  throw Error(Code::model_unsupported, where + " has " + std::to_string(tokens) + " tokens, and the model's " +
                                           std::string(encoder) + " knows " + std::to_string(known) +
                                           " (vocab_size); fetch the whole model again");
}

}  // namespace

std::string_view standard_pad(const ModelSpec& spec, std::string_view encoder) {
  return encoder == "text_encoder_2" || spec.family == Family::sd2 ? "!" : "<|endoftext|>";
}

ClipTokenizer standard_tokenizer(const ModelSpec& spec, std::string_view encoder, const fs::path& vocabulary) {
  if (!is_there(vocabulary / "vocab.json")) {
    throw Error(Code::model_part_missing, "a model in one file needs CLIP's vocabulary, which is not in " +
                                              vocabulary.string() + "; run scripts/clip-vocabulary " +
                                              vocabulary.string());
  }
  return ClipTokenizer::load_standard(vocabulary, standard_pad(spec, encoder));
}

ClipTokenizer load_tokenizer(const Checkpoint& checkpoint, const TokenizerOf& of, const fs::path& vocabulary) {
  const std::optional<fs::path> folder = checkpoint.tokenizer_folder(of.name);
  ClipTokenizer tokenizer =
      folder ? ClipTokenizer::load(*folder) : standard_tokenizer(checkpoint.spec(), of.encoder, vocabulary);
  require_room(checkpoint, of.encoder, tokenizer.plain_vocabulary_size(),
               folder.value_or(vocabulary).string() + ": the tokenizer");
  return tokenizer;
}

void require_tokenizer(const Checkpoint& checkpoint, const TokenizerOf& of) {
  if (config_of(checkpoint.spec(), of.encoder) && checkpoint.tokenizer_folder(of.name)) {
    load_tokenizer(checkpoint, of, {});
  }
}

void require_tokenizers(const Checkpoint& checkpoint) {
  for (const TokenizerOf& of : kTokenizers) require_tokenizer(checkpoint, of);
}

}  // namespace redraw
