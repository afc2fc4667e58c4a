#include "pipelines/stable_diffusion.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "checkpoint/parameters_of.h"
#include "pipelines/pixels.h"

namespace redraw {
namespace {

// Says which file a tensor was missing from or wrong in: the layers only know its name.
template <typename Part, typename Config>
Part build(Backend& backend, const DiffusersFolder& folder, std::string_view part, const Config& config) {
  const std::shared_ptr<const WeightsFile> file = folder.weights(part);
  try {
    return Part(backend, parameters_of(file), config);
  } catch (const Error& e) {
    if (e.code() != Code::tensor_missing && e.code() != Code::tensor_wrong_shape) throw;
    throw Error(e.code(), file->path().string() + ": " + e.what());
  }
}

}  // namespace

std::unique_ptr<StableDiffusion> StableDiffusion::load(Backend& backend, const std::filesystem::path& path) {
  const DiffusersFolder folder = DiffusersFolder::open(path);
  return std::unique_ptr<StableDiffusion>(new StableDiffusion(backend, folder, read_model_spec(folder)));
}

StableDiffusion::StableDiffusion(Backend& backend, const DiffusersFolder& folder, ModelSpec spec)
    : backend_(&backend),
      spec_(std::move(spec)),
      tokenizer_(ClipTokenizer::load(folder.part("tokenizer").folder)),
      text_encoder_(build<ClipTextModel>(backend, folder, "text_encoder", spec_.text_encoder)),
      unet_(build<UNet>(backend, folder, "unet", spec_.unet)),
      vae_encoder_(build<VaeEncoder>(backend, folder, "vae", spec_.vae)),
      vae_decoder_(build<VaeDecoder>(backend, folder, "vae", spec_.vae)) {}

StableDiffusion::EncodedPrompt StableDiffusion::encode_prompt(std::string_view prompt) const {
  const ClipTokenizer::Tokens tokens = tokenizer_.tokenize(prompt, spec_.text_encoder.max_position_embeddings);
  return {.context = text_encoder_(tokens.ids).last_hidden_state, .dropped_ids = tokens.dropped};
}

VaePosterior StableDiffusion::encode_image(const Image& image, WrapAxes wrap) const {
  return vae_encoder_(tensor_of_image(backend_->pool(), image), wrap);
}

Image StableDiffusion::decode_latent(const Tensor& latent, WrapAxes wrap) const {
  Tensor unscaled(backend_->pool(), latent.shape());
  const auto factor = static_cast<float>(spec_.vae.scaling_factor);
  std::transform(latent.values().begin(), latent.values().end(), unscaled.data(),
                 [factor](float x) { return x / factor; });
  const Tensor pixels = vae_decoder_(unscaled, wrap);
  const bool finite =
      std::all_of(pixels.values().begin(), pixels.values().end(), [](float x) { return std::isfinite(x); });
  if (!finite) {
    throw Error(Code::model_not_finite,
                spec_.name +
                    ": the autoencoder yields values that are not numbers, so there is no picture; its "
                    "weights may be damaged, or be a half-precision version known to overflow");
  }
  return image_of_tensor(pixels);
}

}  // namespace redraw
