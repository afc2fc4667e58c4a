#include "pipelines/stable_diffusion.h"

#include <utility>

#include "base/error.h"
#include "pipelines/network_bytes.h"
#include "pipelines/pixels.h"
#include "pipelines/runnable.h"

namespace redraw {
namespace {

constexpr uint64_t kTokenizerBytes = uint64_t{16} << 20;  // tables of some 50,000 words, for each tokenizer

// The network of a part whose constructor takes its parameters and a configuration.
template <typename Network, typename Config>
std::shared_ptr<const Network> network_of_part(PipelineCaches& caches, const NetworkKey& key, const PartSource& part,
                                               const Config& config, NetworkHalf half) {
  return caches.networks.get<Network>(
      key, [&] { return weight_bytes(part, half); },
      [&] { return Network(caches.backend, parameters_of(part), config); });
}

}  // namespace

StableDiffusion::StableDiffusion(PipelineCaches& caches, Checkpoint checkpoint, std::filesystem::path vocabulary)
    : caches_(&caches), checkpoint_(std::move(checkpoint)), vocabulary_(std::move(vocabulary)) {
  require_networks(checkpoint_);
  keys_ = network_keys(checkpoint_, vocabulary_);
  // In the order in which a run reads them, without those already in memory.
  const auto prefetch = [&](const NetworkKey& key, std::string_view part) {
    if (!caches_->networks.has(key)) checkpoint_.part(part).file->prefetch();
  };
  if (spec().text_encoder) prefetch(keys_.text_encoders, "text_encoder");
  if (spec().text_encoder_2) prefetch(keys_.text_encoders, "text_encoder_2");
  if (keys_.encoder) prefetch(*keys_.encoder, spec().encoder_part());
  prefetch(keys_.decoder, "vae");
  prefetch(keys_.unet, "unet");
}

std::shared_ptr<const PromptTokenizers> StableDiffusion::tokenizers() const {
  return caches_->networks.get<PromptTokenizers>(
      keys_.tokenizers, [&] { return keys_.tokenizers.sources.size() * kTokenizerBytes; },
      [&] { return PromptTokenizers(checkpoint_, vocabulary_); });
}

std::shared_ptr<const TextEncoders> StableDiffusion::text_encoders() const {
  const auto bytes = [&] {
    uint64_t sum = 0;
    for (const PartSource& part : checkpoint_.parts()) {
      if (part.name.starts_with("text_encoder")) sum += weight_bytes(part);
    }
    return sum;
  };
  return caches_->networks.get<TextEncoders>(keys_.text_encoders, bytes,
                                             [&] { return TextEncoders(backend(), checkpoint_); });
}

std::shared_ptr<const UNet> StableDiffusion::unet() const {
  return network_of_part<UNet>(*caches_, keys_.unet, checkpoint_.part("unet"), spec().unet, NetworkHalf::whole);
}

PictureEncoder StableDiffusion::picture_encoder() const {
  if (!keys_.encoder) {
    throw Error(Code::model_part_missing, checkpoint_.part("vae").file->path().string() + ": has no encoder");
  }
  const PartSource& part = checkpoint_.part(spec().encoder_part());
  if (spec().encodes_with_tiny_vae()) {
    return PictureEncoder(
        network_of_part<TinyEncoder>(*caches_, *keys_.encoder, part, *spec().tiny_vae, NetworkHalf::encoder));
  }
  return PictureEncoder(network_of_part<VaeEncoder>(*caches_, *keys_.encoder, part, spec().vae, NetworkHalf::encoder));
}

LatentDecoder StableDiffusion::decoder() const {
  const PartSource& part = checkpoint_.part("vae");
  if (spec().tiny_vae) {
    return {network_of_part<TinyDecoder>(*caches_, keys_.decoder, part, *spec().tiny_vae, NetworkHalf::decoder),
            spec()};
  }
  return {network_of_part<VaeDecoder>(*caches_, keys_.decoder, part, spec().vae, NetworkHalf::decoder),
          backend().pool(), spec()};
}

LatentDecoder StableDiffusion::preview_decoder() const {
  if (!spec().preview_vae) return decoder();
  return {network_of_part<TinyDecoder>(*caches_, keys_.preview_decoder, checkpoint_.part("preview_vae"),
                                       *spec().preview_vae, NetworkHalf::decoder),
          spec()};
}

EncodedPrompt StableDiffusion::encode_prompt(std::string_view prompt, int64_t clip_skip) const {
  return text_encoders()->encode(*tokenizers(), prompt, clip_skip);
}

void StableDiffusion::require_posterior() const {
  if (!spec().encodes_with_tiny_vae()) return;
  throw Error(Code::usage, spec().name + ": a tiny autoencoder has no posterior");
}

VaePosterior StableDiffusion::encode_image(const Image& image, WrapAxes wrap) const {
  require_posterior();
  EncodedPicture picture = picture_encoder()(tensor_of_image(backend().pool(), image), wrap);
  return {.mean = std::move(picture.mean), .logvar = std::move(picture.logvar)};
}

Tensor StableDiffusion::encode_to_latent(const Image& image, WrapAxes wrap) const {
  return scaled_mean(spec(), picture_encoder()(tensor_of_image(backend().pool(), image), wrap));
}

void StableDiffusion::release_text_encoders() const {
  caches_->networks.release(keys_.text_encoders);
}

void StableDiffusion::release_unet() const {
  caches_->networks.release(keys_.unet);
}

void StableDiffusion::release_vae_encoder() const {
  if (keys_.encoder) caches_->networks.release(*keys_.encoder);
}

void StableDiffusion::release_vae_decoder() const {
  caches_->networks.release(keys_.decoder);
  caches_->networks.release(keys_.preview_decoder);
}

}  // namespace redraw
