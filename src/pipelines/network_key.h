// What decides a network: two with equal keys compute the same.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/file_identity.h"
#include "checkpoint/checkpoint.h"

namespace redraw {

/// Each kind is one type: PromptTokenizers, TextEncoders, UNet, VaeEncoder, VaeDecoder, TinyEncoder, TinyDecoder.
enum class NetworkKind { tokenizers, text_encoders, unet, vae_encoder, vae_decoder, tiny_encoder, tiny_decoder };
/// "tokenizers", "text encoders", "UNet", "VAE encoder", "VAE decoder", "tiny encoder", "tiny decoder"
std::string_view name_of(NetworkKind kind);

/// Files that a network reads, and how it finds its tensors in them.
struct NetworkSource {
  std::vector<FileIdentity> files = {};
  Layout layout = Layout::diffusers;
  std::string prefix = {};  ///< what the names of its tensors begin with; of CLIP's standard tokenizer the padding
  bool operator==(const NetworkSource&) const = default;
};

/// Of tokenizers and text encoders: what the two encoders are.
struct TextConfigs {
  std::optional<ClipTextConfig> first = {};
  std::optional<ClipTextConfig> second = {};
  bool operator==(const TextConfigs&) const = default;
};

/// Nothing of a model's other parts is in it: another VAE leaves the UNet's key as it is.
struct NetworkKey {
  NetworkKind kind = NetworkKind::unet;
  std::vector<NetworkSource> sources = {};
  std::variant<std::monostate, TextConfigs, UNetConfig, VaeConfig, TinyAutoencoderConfig> config = {};
  bool operator==(const NetworkKey&) const = default;
};

/// The keys of a model's networks; empty where it has no such network.
struct NetworkKeys {
  NetworkKey tokenizers;
  NetworkKey text_encoders;
  NetworkKey unet;
  std::optional<NetworkKey> encoder;  ///< VaeEncoder or TinyEncoder
  NetworkKey decoder;                 ///< VaeDecoder or TinyDecoder
  NetworkKey preview_decoder;         ///< the decoder's where there is no other

  std::vector<NetworkKey> all() const;
};
/// vocabulary: as of PromptTokenizers. Of tokenizers the files that lie there now count, of the others those that the
/// checkpoint opened.
NetworkKeys network_keys(const Checkpoint& checkpoint, const std::filesystem::path& vocabulary);

}  // namespace redraw
