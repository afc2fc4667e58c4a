#include "pipelines/runnable.h"

#include "base/error.h"
#include "text/clip_tokenizer.h"

namespace redraw {

void require_networks(const Checkpoint& checkpoint) {
  if (checkpoint.spec().family == Family::sdxl_refiner) {
    throw Error(Code::model_unsupported,
                checkpoint.path().string() +
                    ": is the SDXL refiner, which finishes pictures of the base model; give the base model");
  }
  checkpoint.require_whole();
}

void require_runnable(const Checkpoint& checkpoint) {
  require_networks(checkpoint);
  const ModelSpec& spec = checkpoint.spec();
  const auto require_tokenizer = [&](bool is_used, const char* name) {
    const std::optional<std::filesystem::path> folder = checkpoint.tokenizer_folder(name);
    if (is_used && folder) static_cast<void>(ClipTokenizer::load(*folder));
  };
  require_tokenizer(spec.text_encoder.has_value(), "tokenizer");
  require_tokenizer(spec.text_encoder_2.has_value(), "tokenizer_2");
}

}  // namespace redraw
