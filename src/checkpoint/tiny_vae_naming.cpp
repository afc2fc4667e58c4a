#include "checkpoint/tiny_vae_naming.h"

#include <algorithm>
#include <array>
#include <vector>

namespace redraw {
namespace {

constexpr auto kTinyNamings = std::to_array<TinyNaming>({
    {Layout::diffusers, "", ""},
    {Layout::ldm, "taesd_encoder.", "taesd_decoder."},
    {Layout::ldm, "encoder.", "decoder."},
    {Layout::ldm, "", ""},
});

}  // namespace

std::span<const TinyNaming> tiny_vae_namings() {
  return kTinyNamings;
}

std::string tiny_vae_stored_name(const TinyNaming& naming, TinyAutoencoderPart part,
                                 const TinyAutoencoderTensor& tensor) {
  if (naming.layout == Layout::diffusers) return tensor.name;
  return (part == TinyAutoencoderPart::encoder ? naming.encoder : naming.decoder) + tensor.original_name;
}

bool has_tiny_vae_half(const WeightsFile& file, const TinyNaming& naming, TinyAutoencoderPart part) {
  const std::vector<TinyAutoencoderTensor> tensors = tiny_autoencoder_tensors({}, part);
  const auto block =
      std::ranges::find_if(tensors, [](const auto& tensor) { return tensor.name.find(".conv.") != std::string::npos; });
  return file.find(tiny_vae_stored_name(naming, part, tensors.front())) != nullptr &&
         file.find(tiny_vae_stored_name(naming, part, *block)) != nullptr;
}

std::optional<LoneHalf> lone_half(const WeightsFile& file) {
  for (const TinyNaming& naming : kTinyNamings) {
    const bool has_encoder = has_tiny_vae_half(file, naming, TinyAutoencoderPart::encoder);
    const bool has_decoder = has_tiny_vae_half(file, naming, TinyAutoencoderPart::decoder);
    if (!has_encoder && !has_decoder) continue;
    if (has_encoder && has_decoder) return std::nullopt;
    return LoneHalf{.part = has_encoder ? TinyAutoencoderPart::encoder : TinyAutoencoderPart::decoder,
                    .has_bare_names = naming.layout == Layout::ldm && *naming.decoder == '\0'};
  }
  return std::nullopt;
}

}  // namespace redraw
