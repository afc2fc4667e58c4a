#include "pipelines/network_key.h"

#include <utility>

#include "checkpoint/tokenizers.h"

namespace redraw {
namespace {

NetworkSource source_of(const PartSource& part) {
  return {.files = part.file->identities(), .layout = part.layout, .prefix = part.prefix};
}

NetworkSource tokenizer_source(const Checkpoint& checkpoint, const TokenizerOf& of,
                               const std::filesystem::path& vocabulary) {
  const std::optional<std::filesystem::path> own = checkpoint.tokenizer_folder(of.name);
  NetworkSource source{.prefix = own ? "" : std::string(standard_pad(checkpoint.spec(), of.encoder))};
  for (const std::string_view name : tokenizer_file_names()) {
    if (std::optional<FileIdentity> file = identity_of(own.value_or(vocabulary) / name)) {
      source.files.push_back(std::move(*file));
    }
  }
  return source;
}

NetworkKey decoder_key(const Checkpoint& checkpoint, std::string_view part,
                       const std::optional<TinyAutoencoderConfig>& tiny) {
  NetworkKey key{.kind = tiny ? NetworkKind::tiny_decoder : NetworkKind::vae_decoder,
                 .sources = {source_of(checkpoint.part(part))}};
  if (tiny) {
    key.config = *tiny;
  } else {
    key.config = checkpoint.spec().vae;
  }
  return key;
}

std::optional<NetworkKey> encoder_key(const Checkpoint& checkpoint) {
  const ModelSpec& spec = checkpoint.spec();
  if (!spec.vae_encodes) return std::nullopt;
  NetworkKey key{.kind = spec.encodes_with_tiny_vae() ? NetworkKind::tiny_encoder : NetworkKind::vae_encoder,
                 .sources = {source_of(checkpoint.part(spec.encoder_part()))}};
  if (spec.encodes_with_tiny_vae()) {
    key.config = *spec.tiny_vae;
  } else {
    key.config = spec.vae;
  }
  return key;
}

}  // namespace

std::string_view name_of(NetworkKind kind) {
  switch (kind) {
    case NetworkKind::tokenizers:
      return "tokenizers";
    case NetworkKind::text_encoders:
      return "text encoders";
    case NetworkKind::unet:
      return "UNet";
    case NetworkKind::vae_encoder:
      return "VAE encoder";
    case NetworkKind::vae_decoder:
      return "VAE decoder";
    case NetworkKind::tiny_encoder:
      return "tiny encoder";
    case NetworkKind::tiny_decoder:
      return "tiny decoder";
  }
  return "";
}

std::vector<NetworkKey> NetworkKeys::all() const {
  std::vector<NetworkKey> keys = {tokenizers, text_encoders, unet, decoder, preview_decoder};
  if (encoder) keys.push_back(*encoder);
  return keys;
}

NetworkKeys network_keys(const Checkpoint& checkpoint, const std::filesystem::path& vocabulary) {
  const ModelSpec& spec = checkpoint.spec();
  const TextConfigs text{.first = spec.text_encoder, .second = spec.text_encoder_2};
  NetworkKeys keys{
      .tokenizers = NetworkKey{.kind = NetworkKind::tokenizers, .config = text},
      .text_encoders = NetworkKey{.kind = NetworkKind::text_encoders, .config = text},
      .unet =
          NetworkKey{.kind = NetworkKind::unet, .sources = {source_of(checkpoint.part("unet"))}, .config = spec.unet},
      .encoder = encoder_key(checkpoint),
      .decoder = decoder_key(checkpoint, "vae", spec.tiny_vae),
      .preview_decoder = {}};
  for (const TokenizerOf& of : kTokenizers) {
    const bool is_there = of.encoder == "text_encoder_2" ? text.second.has_value() : text.first.has_value();
    if (!is_there) continue;
    keys.tokenizers.sources.push_back(tokenizer_source(checkpoint, of, vocabulary));
    keys.text_encoders.sources.push_back(source_of(checkpoint.part(of.encoder)));
  }
  keys.preview_decoder = spec.preview_vae ? decoder_key(checkpoint, "preview_vae", spec.preview_vae) : keys.decoder;
  return keys;
}

}  // namespace redraw
